"""People of candidates and their tags (Newell et al. 2017, arXiv:1611.05424)."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Dict, Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import (
    Candidates,
    DensityGrouping,
    Poses,
    Strategy,
    build_strategy,
    collect_instances,
)
from mmpose_ae.options import check_choice, check_positive, read_options

from .completion import Completion, completed_poses
from .decoding import Decoding
from .refinement import OFFSETS
from .scoring import MeanScoring


@dataclass(frozen=True)
class TagDecoding(Decoding):
    """Group candidates by their tags, look for the keypoints that are missing then, and rank.

    It reads ``candidates`` (B, K, M, 3 + L), float32: score, 0 where there is none, position (x, y)
    in heatmap cells and tag; best first. To look for missing keypoints also ``heatmaps``
    (B, K, H, W), finite float32, and ``tags`` (B, L * K, h, w), float32, channel ``l * K + k``, as
    large as the heatmaps or coarser.

    Attributes:
        tag_threshold (float): A candidate joins an instance below this tag distance.
        keypoint_order (sequence, optional): All keypoint types in the order of grouping. None is
            their own.
        refinement (str, optional): Sub-cell position of the keypoints that are looked for, see
            :func:`refine_cells`. Candidates come refined.
        grouping (callable): How candidates become instances, see :mod:`mmpose_ae.grouping`.
        completion (Completion, optional): Where to look for missing keypoints. None looks nowhere.
        scoring (MeanScoring): Ranks.
    """

    tag_threshold: float = 1.0
    keypoint_order: Optional[Sequence[int]] = None
    refinement: Optional[str] = 'gaussian'
    grouping: Strategy = field(default_factory=DensityGrouping)
    completion: Optional[Completion] = field(default_factory=Completion)
    scoring: MeanScoring = field(default_factory=MeanScoring)

    parts: ClassVar[Dict[str, Any]] = dict(
        grouping=build_strategy,
        completion=partial(read_options, Completion, 'completion of TagDecoding'),
        scoring=partial(read_options, MeanScoring, 'scoring of TagDecoding'),
    )

    def __post_init__(self) -> None:
        check_positive('tag_threshold', self.tag_threshold)
        check_choice('refinement', self.refinement, [None, *sorted(OFFSETS)])

    @property
    def output_names(self) -> Tuple[str, ...]:
        """Maps are read only by the search for missing keypoints."""
        return ('candidates', 'heatmaps', 'tags') if self.completion else ('candidates',)

    def _decode_image(self, grid: Grid, packed: np.ndarray, *maps: np.ndarray) -> Poses:
        candidates = Candidates(packed[..., 0], packed[..., 1:3], packed[..., 3:])
        order = self.keypoint_order or range(len(packed))
        members = self.grouping(candidates, order, self.tag_threshold)
        grouped = collect_instances(candidates, members, self.scoring.max_instances)
        completed = grouped
        if self.completion:
            completed = self.completion.complete(
                grouped, *maps, self.tag_threshold, self.refinement
            )
        return completed_poses(grouped, completed, grouped.scores.mean(1), grid)
