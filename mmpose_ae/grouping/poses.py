"""The one result of every grouping: the poses of an image."""

from dataclasses import dataclass, fields
from typing import Optional, Sequence

import numpy as np


@dataclass(frozen=True, eq=False)  # arrays have no one truth to compare
class Poses:
    """The people of one image, best first.

    Attributes:
        keypoints (np.ndarray): Positions (x, y), (N, K, 2), float32, in pixels of the network's
            input, or of the image once they were mapped to it. A keypoint that was not found lies
            at the mean of those that were, or where the method suspects it.
        keypoint_scores (np.ndarray): (N, K), float32; 0 where a keypoint was not found.
        instance_scores (np.ndarray): What ranks the people, (N,), float32, descending.
        tags (np.ndarray, optional): Mean tag of each person's keypoints, (N, L), float32. None
            from methods that group without tags.
        filled (np.ndarray, optional): Keypoints that grouping did not find and a search for missing
            ones filled in, (N, K), bool. None from methods without such a search.
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    instance_scores: np.ndarray
    tags: Optional[np.ndarray] = None
    filled: Optional[np.ndarray] = None

    def __len__(self) -> int:
        return len(self.instance_scores)

    @property
    def boxes(self) -> np.ndarray:
        """Boxes (left, top, right, bottom) around the keypoints that were found, (N, 4), float32.

        Around all keypoints where none was found.
        """
        boxes = boxes_around(self.keypoints, self.keypoint_scores > 0)
        return boxes.astype(np.float32)

    @classmethod
    def joined(cls, parts: Sequence['Poses']) -> 'Poses':
        """The people of one image or more, all by one method, in this order."""
        columns = [[getattr(part, field.name) for part in parts] for field in fields(cls)]
        return cls(*(None if column[0] is None else np.concatenate(column) for column in columns))

    def take(self, index: np.ndarray) -> 'Poses':
        """Keep some people.

        Args:
            index (np.ndarray): Their positions, or a mask (N,).

        Returns:
            Poses: In the order of ``index``.
        """
        values = (getattr(self, field.name) for field in fields(self))
        return Poses(*(None if value is None else value[index] for value in values))


def boxes_around(keypoints: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Boxes around the keypoints that were found, around all where none was.

    Args:
        keypoints (np.ndarray): Positions (x, y), (N, K, 2).
        found (np.ndarray): Which of them were found, (N, K), bool.

    Returns:
        np.ndarray: Left, top, right, bottom, (N, 4), of the type of the keypoints.
    """
    found = (found | ~found.any(1, keepdims=True))[..., None]  # (N, K, 1)
    low = np.where(found, keypoints, np.inf).min(1)
    high = np.where(found, keypoints, -np.inf).max(1)
    return np.concatenate([low, high], axis=-1)


def rank_poses(poses: Poses, max_instances: Optional[int] = None) -> Poses:
    """Sort people by their score, descending; equal ones keep their order.

    Args:
        poses (Poses): In any order.
        max_instances (int, optional): Most people, the best ones. None is no limit.

    Returns:
        Poses: Best first.
    """
    order = np.argsort(-poses.instance_scores, kind='stable')
    return poses.take(order[:max_instances])
