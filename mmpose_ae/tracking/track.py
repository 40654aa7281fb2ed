"""What is known of one person over frames."""

from dataclasses import dataclass
from typing import Optional

import numpy as np


def mixing_weight(weight: float, sightings: int) -> float:
    """Part of a memory that the newest of some sightings tells: all tell as much at first."""
    return max(weight, 1 / sightings)


@dataclass
class Track:
    """One person.

    A keypoint that was found once stays known: where it is hidden it moves along with the others.

    Attributes:
        id (int): The person's number.
        frame (int): Where the person was last seen.
        keypoints (np.ndarray): Where the keypoints were then, (K, 2), in pixels.
        known (np.ndarray): Which of them were ever found, (K,), bool.
        velocity (np.ndarray): Of the whole person, (2,), in pixels per frame.
        tag (np.ndarray, optional): The person's tag, (L,), of methods that have tags.
        sightings (int): How often the person was seen.
        colors (np.ndarray, optional): Those of the keypoints, (K, 3), NaN where none is known, of
            rules that compare them.
    """

    id: int
    frame: int
    keypoints: np.ndarray
    known: np.ndarray
    velocity: np.ndarray
    tag: Optional[np.ndarray] = None
    sightings: int = 1
    colors: Optional[np.ndarray] = None

    def predict(self, frame: int) -> np.ndarray:
        """Where the keypoints are in a later frame at constant velocity, (K, 2)."""
        return self.keypoints + self.velocity * (frame - self.frame)

    def update(
        self,
        frame: int,
        keypoints: np.ndarray,
        found: np.ndarray,
        tag: Optional[np.ndarray],
        velocity_weight: float,
        tag_weight: float = 1.0,
    ) -> None:
        """Take over how the person is seen in a later frame.

        Args:
            frame (int): Number of the frame.
            keypoints (np.ndarray): Keypoints of the person there, (K, 2).
            found (np.ndarray): Which of them were found, (K,), bool.
            tag (np.ndarray, optional): The tag there, (L,).
            velocity_weight (float): Part of the new velocity that this frame tells; 0 is standing
                still.
            tag_weight (float): Part of the new tag that this frame tells; 1 is all of it. The
                first frames tell more, see :func:`mixing_weight`.
        """
        self.sightings += 1
        both = found & self.known
        if both.any():  # the median: a limb that swings does not move the person
            moved = np.median((keypoints - self.keypoints)[both], axis=0) / (frame - self.frame)
            self.velocity = self.velocity + velocity_weight * (moved - self.velocity)
        self.keypoints = np.where(found[:, None], keypoints, self.predict(frame))
        self.known = self.known | found
        if tag is not None and self.tag is not None:
            weight = mixing_weight(tag_weight, self.sightings)
            tag = weight * tag + (1 - weight) * self.tag
        self.frame, self.tag = frame, tag
