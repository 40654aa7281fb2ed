"""Scores of instances whose keypoints and centers were classified."""

import torch
from torch import Tensor


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
