"""Part of a codec: what ranks the people of centers, read from the network's tensors."""

from dataclasses import dataclass
from typing import Optional, Tuple

import torch
from torch import Tensor

from mmpose_ae.decoding.scoring import check_limit
from mmpose_ae.options import check_choice, check_count, check_number

from .maps import GroupedCenters


@dataclass(frozen=True)
class CenterGroupScoring:
    """People rank by the visibility of their keypoints, or by what the heatmaps show.

    Attributes:
        by (str): ``'visibility'`` as in the paper and the release, see :func:`score_instances`, or
            the center's probability if visibility is not predicted; ``'heatmap'`` is the center's
            probability times the mean value of the heatmaps at the keypoints, which knows how
            exactly they lie.
        visible_threshold (float): Probability from which on a keypoint counts in the score of its
            instance, and a center as an instance.
        min_keypoints (int): So many of the best keypoints of an instance count in any case. 0 is
            the paper's Eq. 14.
        max_instances (int, optional): Most instances per image, the best ones. None is no limit.
    """

    by: str = 'visibility'
    visible_threshold: float = 0.5
    min_keypoints: int = 5
    max_instances: Optional[int] = None

    def __post_init__(self) -> None:
        check_choice('by of scoring', self.by, ('visibility', 'heatmap'))
        check_number('visible_threshold', self.visible_threshold)
        check_count('min_keypoints', self.min_keypoints)
        check_limit(self.max_instances)

    def score(self, groups: GroupedCenters) -> Tuple[Tensor, Tensor]:
        """Scores of keypoints, (B, C, K), and of instances, (B, C), float32.

        A keypoint scores its visibility, or what its heatmap shows if that is not predicted; a
        center that is not classified has the value of its heatmap.
        """
        centers = groups.center_scores if groups.probabilities is None else groups.probabilities
        shown = groups.heatmap_values
        scores = shown if groups.visibility is None else groups.visibility
        if self.by == 'heatmap':
            instances = centers * shown.clamp(min=0).mean(-1)
        elif groups.visibility is None:
            instances = centers
        else:
            instances = score_instances(scores, centers, self.visible_threshold, self.min_keypoints)
        return scores.float(), instances.float()


def score_instances(
    visibility: Tensor, centers: Tensor, threshold: float = 0.5, min_keypoints: int = 5
) -> Tensor:
    """Average the visibility of the visible keypoints where the center is one.

    Args:
        visibility (Tensor): Probability of keypoints being visible, (..., K), float.
        centers (Tensor): Probability of centers being those of instances, (...), float.
        threshold (float): Probabilities above this count as visible, and as a center.
        min_keypoints (int): So many of the best keypoints are averaged in any case, as in the
            release. 0 is the paper's form, in which an instance without a visible keypoint has
            score 0.

    Returns:
        Tensor: (...): the probability of the center where it does not count as one.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Eq. 14.
    """
    counted = visibility > threshold
    if min_keypoints:
        best = visibility.topk(min(min_keypoints, visibility.shape[-1]), dim=-1).values
        counted = counted | (visibility >= best[..., -1:])
    mean = (visibility * counted).sum(-1) / counted.sum(-1).clamp(min=1)
    return torch.where(centers > threshold, mean, centers)
