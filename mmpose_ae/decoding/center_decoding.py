"""People of centers whose keypoints attention has chosen (Braso et al. 2021, arXiv:2110.05132)."""

from dataclasses import dataclass
from typing import ClassVar, Optional, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses, rank_poses

from .decoding import Decoding
from .scoring import check_limit


@dataclass(frozen=True)
class CenterDecoding(Decoding):
    """Rank centers that have their keypoints and scores.

    It reads ``cells`` (B, C, K, 2), float32: positions (x, y) in heatmap cells; ``keypoint_scores``
    (B, C, K) and ``instance_scores`` (B, C), float32; ``center_mask`` (B, C), bool, False for
    padding.

    Attributes:
        max_instances (int, optional): Most instances per image, the best ones. None is no limit.
    """

    max_instances: Optional[int] = None

    output_names: ClassVar[Tuple[str, ...]] = (
        'cells',
        'keypoint_scores',
        'instance_scores',
        'center_mask',
    )

    def __post_init__(self) -> None:
        check_limit(self.max_instances)

    def _decode_image(
        self,
        grid: Grid,
        cells: np.ndarray,
        keypoint_scores: np.ndarray,
        instance_scores: np.ndarray,
        mask: np.ndarray,
    ) -> Poses:
        found = Poses(grid.to_pixels(cells[mask]), keypoint_scores[mask], instance_scores[mask])
        return rank_poses(found, self.max_instances)
