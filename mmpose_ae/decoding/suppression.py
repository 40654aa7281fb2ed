"""Leaving out people who were found twice (DEKR, Geng et al. 2021, arXiv:2104.02300, Section 4)."""

from dataclasses import dataclass

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.options import check_between, check_positive

from .diagonals import pose_diagonals


@dataclass(frozen=True)
class PoseSuppression:
    """A pose is left out if most of its keypoints lie close to those of one with higher heatmaps.

    Attributes:
        distance (float): How close is close, relative to the diagonal of the box around the
            keypoints of the pose that is kept, which counts as a pixel of the input at least.
        share (float): Poses are of one person if more than this share of keypoints are close.
    """

    distance: float = 0.05
    share: float = 0.5

    def __post_init__(self) -> None:
        check_positive('distance of suppression', self.distance)
        check_between('share of suppression', self.share, 0, 1)

    def suppress(self, poses: Poses) -> Poses:
        """Leave out who was found twice.

        Args:
            poses (Poses): Of one image, in any order.

        Returns:
            Poses: Of those, in their order, whose keypoints have the highest mean score of all that
            are alike.
        """
        alike = self._alike(poses.keypoints)
        left_out = np.zeros(len(poses), bool)
        for person in np.argsort(-poses.keypoint_scores.mean(-1), kind='stable'):
            if not left_out[person]:
                left_out |= alike[person]
        return poses.take(~left_out)

    def _alike(self, keypoints: np.ndarray) -> np.ndarray:
        """Whom each pose replaces, (N, N), bool; not itself."""
        diagonals = pose_diagonals(keypoints)
        distances = np.linalg.norm(keypoints[:, None] - keypoints, axis=-1)  # (N, N, K)
        close = distances < self.distance * diagonals[:, None, None]
        alike = close.mean(-1) > self.share
        np.fill_diagonal(alike, False)
        return alike
