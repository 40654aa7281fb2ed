"""People of centers whose keypoints the network itself has found."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Dict, Optional, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses, rank_poses
from mmpose_ae.options import read_options

from .decoding import Decoding
from .scoring import check_limit
from .suppression import PoseSuppression


@dataclass(frozen=True)
class CenterDecoding(Decoding):
    """Rank centers that have their keypoints and scores.

    It reads ``cells`` (B, C, K, 2), float32: positions (x, y) in heatmap cells; ``keypoint_scores``
    (B, C, K) and ``instance_scores`` (B, C), float32; ``center_mask`` (B, C), bool, False for
    padding.

    Attributes:
        max_instances (int, optional): Most instances per image, the best ones. None is no limit.
        suppression (PoseSuppression, optional): Who was found twice. None leaves nobody out.
    """

    max_instances: Optional[int] = None
    suppression: Optional[PoseSuppression] = None

    output_names: ClassVar[Tuple[str, ...]] = (
        'cells',
        'keypoint_scores',
        'instance_scores',
        'center_mask',
    )
    parts: ClassVar[Dict[str, Any]] = dict(
        suppression=partial(read_options, PoseSuppression, 'suppression of CenterDecoding')
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
        if self.suppression:
            found = self.suppression.suppress(found)
        return rank_poses(found, self.max_instances)
