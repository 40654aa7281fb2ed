"""Part of a codec: what becomes of keypoints that grouping did not find."""

from dataclasses import dataclass
from typing import List, Optional, Tuple, Union

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.grouping import Instances, fill_instances
from mmpose_ae.ops import MISSING_RULES, find_missing, refine_cells
from mmpose_ae.options import check_choice

from .maps import Maps


@dataclass(frozen=True)
class Completion:
    """Look for missing keypoints where the heatmap is high and the tag like the instance's.

    A keypoint that stays missing has score 0 and lies at the mean of the found ones.

    Attributes:
        rule (str): ``'nearest'``, ``'within'`` as the paper says or ``'released'`` as its code
            does, see :func:`mmpose_ae.ops.find_missing`.
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

    def complete(
        self,
        instances: List[Instances],
        maps: Maps,
        tag_threshold: float,
        refinement: Optional[str],
    ) -> List[Instances]:
        """Look for the missing keypoints of a batch.

        Args:
            instances (list[Instances]): Those of each image.
            maps (Maps): Heatmaps, finite float32, and tags.
            tag_threshold (float): Tag distance from which on a cell does not match.
            refinement (str, optional): See :func:`mmpose_ae.ops.refine_cells`.

        Returns:
            list[Instances]: The same, in the same order, with what was found.
        """
        if all(image.scores.all() for image in instances):
            return instances
        batch = _pad(instances, maps.heatmaps.device)
        rule = tag_threshold, self.rule, self.threshold
        cells, scores = find_missing(maps.heatmaps, maps.tags, *batch, *rule)
        points = refine_cells(maps.heatmaps, cells.transpose(1, 2), refinement).transpose(1, 2)
        if self.score is not None:
            scores = (scores > 0) * self.score
        packed = torch.cat([points, scores[..., None]], dim=-1).detach().cpu().numpy()
        return [
            fill_instances(image, filled[..., :2], filled[..., 2])
            for image, filled in zip(instances, packed)
        ]


def _pad(instances: List[Instances], device: Union[str, torch.device]) -> Tuple[Tensor, Tensor]:
    """Mean tags (B, N, L) and missing keypoints (B, N, K); padded rows miss nothing."""
    tags = [torch.from_numpy(image.tags) for image in instances]
    missing = [torch.from_numpy(image.scores == 0) for image in instances]
    return pad_sequence(tags, True).to(device), pad_sequence(missing, True).to(device)
