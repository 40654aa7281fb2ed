"""People of centers and their offsets (CenterNet, Zhou et al. 2019, arXiv:1904.07850)."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Dict, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import UNMATCHED, Poses, match_offsets, rank_poses
from mmpose_ae.options import check_between, read_options

from .decoding import Decoding
from .scoring import CenterOffsetScoring


@dataclass(frozen=True)
class OffsetDecoding(Decoding):
    """Give centers the detected keypoints that are closest to where their offsets point.

    It reads ``candidates`` (B, K, M, 3), float32: score, 0 where there is none, and position (x, y)
    in heatmap cells; ``regressed`` (B, N, K, 2), float32: where the offsets point to, in pixels of
    the input; ``center_scores`` (B, N), float32, and ``center_mask`` (B, N), bool, False for
    padding. The score of a keypoint is 0 where nothing was detected.

    Attributes:
        match_distance (float): How far from where the offset points a detected keypoint may be,
            relative to the longer side of the box around the instance's keypoints.
        scoring (CenterOffsetScoring): Ranks.
    """

    match_distance: float = 0.3
    scoring: CenterOffsetScoring = field(default_factory=CenterOffsetScoring)

    output_names: ClassVar[Tuple[str, ...]] = (
        'candidates',
        'regressed',
        'center_scores',
        'center_mask',
    )
    parts: ClassVar[Dict[str, Any]] = dict(
        scoring=partial(read_options, CenterOffsetScoring, 'scoring of OffsetDecoding')
    )

    def __post_init__(self) -> None:
        check_between('match_distance', self.match_distance)

    def _decode_image(
        self,
        grid: Grid,
        candidates: np.ndarray,
        regressed: np.ndarray,
        center_scores: np.ndarray,
        mask: np.ndarray,
    ) -> Poses:
        scores, points = candidates[..., 0], grid.to_pixels(candidates[..., 1:])
        regressed = regressed[mask]
        members = match_offsets(regressed, points, scores, self.match_distance)
        types, matched = np.arange(members.shape[1]), members != UNMATCHED
        keypoints = np.where(matched[..., None], points[types, members], regressed)
        keypoint_scores = scores[types, members] * matched
        instance_scores = center_scores[mask]
        if self.scoring.by == 'heatmap':
            instance_scores = instance_scores * keypoint_scores.mean(-1)
        found = Poses(keypoints.astype(np.float32), keypoint_scores, instance_scores)
        return rank_poses(found, self.scoring.max_instances)
