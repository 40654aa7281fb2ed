"""What becomes of keypoints that grouping did not find."""

from dataclasses import dataclass
from typing import Optional

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Instances, Poses, fill_instances
from mmpose_ae.options import check_choice, check_number

from .missing import MISSING_RULES, find_missing
from .refinement import refine_cells


@dataclass(frozen=True)
class Completion:
    """Look for missing keypoints where the heatmap is high and the tag like the instance's.

    A keypoint that stays missing has score 0 and lies at the mean of the found ones.

    Attributes:
        rule (str): ``'nearest'``, ``'within'`` as the paper says or ``'released'`` as its code
            does, see :func:`mmpose_ae.decoding.find_missing`.
        threshold (float, optional): Only look at cells above this heatmap value. None looks at all,
            as the released codes do.
        score (float, optional): Score of a keypoint found that way. None is its heatmap value, for
            ``'nearest'`` a tenth of it; pose-ae-train gives 1.
    """

    rule: str = 'nearest'
    threshold: Optional[float] = 0.01
    score: Optional[float] = None

    def __post_init__(self) -> None:
        check_choice('rule of completion', self.rule, MISSING_RULES)
        for name in ('threshold', 'score'):
            if getattr(self, name) is not None:
                check_number(f'{name} of completion', getattr(self, name))

    def complete(
        self,
        instances: Instances,
        heatmaps: np.ndarray,
        tags: np.ndarray,
        tag_threshold: float,
        refinement: Optional[str],
    ) -> Instances:
        """Look for the missing keypoints of one image.

        Args:
            instances (Instances): Those that grouping found.
            heatmaps (np.ndarray): Heatmaps, (K, H, W), finite float32.
            tags (np.ndarray): Tag maps, (L * K, h, w), float32.
            tag_threshold (float): Tag distance from which on a cell does not match.
            refinement (str, optional): See :func:`mmpose_ae.decoding.refine_cells`.

        Returns:
            Instances: The same, in the same order, with what was found.
        """
        missing = instances.scores == 0
        if not missing.any():
            return instances
        cells, scores = find_missing(
            heatmaps, tags, instances.tags, missing, tag_threshold, self.rule, self.threshold
        )
        if self.score is not None:
            scores = (scores > 0) * np.float32(self.score)
        points, (rows, types) = cells.astype(np.float32), (scores > 0).nonzero()
        points[rows, types] = refine_cells(heatmaps, types, cells[rows, types], refinement)
        return fill_instances(instances, points, scores)


def completed_poses(
    grouped: Instances, completed: Instances, instance_scores: np.ndarray, grid: Grid
) -> Poses:
    """Give instances out in pixels, with what was filled in marked.

    Args:
        grouped (Instances): As they were before missing keypoints were looked for.
        completed (Instances): And after that.
        instance_scores (np.ndarray): What ranks them, (N,), descending.
        grid (Grid): Cells of the heatmaps.

    Returns:
        Poses: In the same order.
    """
    filled = (grouped.scores == 0) & (completed.scores > 0)
    points = grid.to_pixels(completed.cells)
    return Poses(points, completed.scores, instance_scores, completed.tags, filled)
