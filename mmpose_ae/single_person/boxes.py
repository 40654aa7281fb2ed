"""Which part of an image shows a person who was found."""

from typing import NamedTuple

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.grouping.poses import boxes_around


class Boxes(NamedTuple):
    """A box around each person.

    Attributes:
        centers (np.ndarray): (x, y), (N, 2), float64, in pixels of the image.
        sides (np.ndarray): Width and height, (N, 2), float64, in pixels of the image.
    """

    centers: np.ndarray
    sides: np.ndarray

    @classmethod
    def around(cls, poses: Poses) -> 'Boxes':
        """Boxes around the keypoints that were found, around all where none was."""
        corners = boxes_around(poses.keypoints.astype(np.float64), poses.keypoint_scores > 0)
        low, high = corners[:, :2], corners[:, 2:]
        return cls((low + high) / 2, high - low)

    @property
    def lengths(self) -> np.ndarray:
        """The longer side of each, (N,)."""
        return self.sides.max(1)

    def enlarged(self, factor: float, least: float = 0.0) -> 'Boxes':
        """The same centers; sides of at least so many pixels, and then longer by a factor."""
        return self._replace(sides=np.maximum(self.sides, least) * factor)

    def squared(self) -> 'Boxes':
        """Squares as long as the longer side."""
        return self._replace(sides=np.repeat(self.lengths[:, None], 2, axis=1))

    @property
    def corners(self) -> np.ndarray:
        """Left, top, right, bottom, (N, 4)."""
        return np.concatenate([self.centers - self.sides / 2, self.centers + self.sides / 2], 1)

    def to_image(self, parts: np.ndarray) -> np.ndarray:
        """Map points in parts of the boxes, from 0 to 1, (N, K, 2), to pixels of the image."""
        return (parts - 0.5) * self.sides[:, None] + self.centers[:, None]
