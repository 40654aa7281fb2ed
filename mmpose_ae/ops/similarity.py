"""How alike two poses are, by COCO's measure."""

import torch
from torch import Tensor

# COCO's object keypoint similarity takes this part of a box for the area of the person.
AREA_PER_BOX = 0.53


def keypoint_similarity(
    predicted: Tensor, target: Tensor, box_areas: Tensor, sigmas: Tensor
) -> Tensor:
    """Compare keypoints as COCO does (OKS), one by one.

    Args:
        predicted (Tensor): Keypoints (x, y), (..., K, 2), float.
        target (Tensor): True keypoints in the same pixels, broadcastable to ``predicted``.
        box_areas (Tensor): Area of the true boxes in square pixels, broadcastable to (...).
        sigmas (Tensor): Tolerance of each keypoint type, (K,), as in the dataset's metainfo.

    Returns:
        Tensor: (..., K), 1 where they agree, towards 0 where they are far apart.
    """
    variance = (2 * sigmas) ** 2 * (AREA_PER_BOX * box_areas[..., None])
    tiny = torch.finfo(variance.dtype).tiny  # a box without area has only exact keypoints
    distance = (predicted - target).square().sum(-1)
    return torch.exp(-distance / (2 * variance).clamp(min=tiny))
