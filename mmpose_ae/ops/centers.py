"""Centers of instances, which some methods detect as one keypoint more."""

from typing import Tuple

import torch
from torch import Tensor


def instance_centers(keypoints: Tensor, visible: Tensor) -> Tuple[Tensor, Tensor]:
    """Average the visible keypoints of each instance.

    Args:
        keypoints (Tensor): Keypoints (x, y), (..., K, 2), float.
        visible (Tensor): Annotated keypoints, (..., K), bool.

    Returns:
        tuple: Centers (x, y), (..., 2), 0 without a visible keypoint, and which instances have
        one, (...), bool.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Eq. 6.
    """
    count = visible.sum(-1, keepdim=True)
    # What is not visible may lie anywhere, even at NaN.
    centers = torch.where(visible[..., None], keypoints, 0.0).sum(-2) / count.clamp(min=1)
    return centers, count[..., 0] > 0


def append_centers(keypoints: Tensor, visible: Tensor) -> Tuple[Tensor, Tensor]:
    """Put the center of each instance behind its keypoints.

    Args:
        keypoints (Tensor): Keypoints (x, y), (..., K, 2), float.
        visible (Tensor): Annotated keypoints, (..., K), bool.

    Returns:
        tuple: Keypoints and center, (..., K + 1, 2), and which are visible, (..., K + 1), bool.
    """
    centers, present = instance_centers(keypoints, visible)
    return (
        torch.cat([keypoints, centers[..., None, :]], dim=-2),
        torch.cat([visible, present[..., None]], dim=-1),
    )
