"""Centers of instances, and which detected center is that of which instance."""

from typing import Dict, Tuple

import numpy as np
import torch
from torch import Tensor

from .assignment import assign
from .candidates import UNMATCHED

# COCO's object keypoint similarity takes this part of a box for the area of the person.
AREA_PER_BOX = 0.53


def instance_centers(keypoints: np.ndarray, visible: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Average the visible keypoints of each instance.

    Args:
        keypoints (np.ndarray): Keypoints (x, y), (N, K, 2), float.
        visible (np.ndarray): Annotated keypoints, (N, K), bool.

    Returns:
        tuple:
        - np.ndarray: Centers (x, y), (N, 2), float32; 0 without a visible keypoint.
        - np.ndarray: Instances with a visible keypoint, (N,), bool.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Eq. 6.
    """
    shown = visible[..., None]
    count = visible.sum(1, keepdims=True)
    centers = np.where(shown, keypoints, 0).sum(1) / np.maximum(count, 1)
    return centers.astype(np.float32), count[:, 0] > 0


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


def match_centers(
    detected: Tensor,
    target: Tensor,
    box_areas: Tensor,
    detected_mask: Tensor,
    target_mask: Tensor,
    method: str = 'greedy',
    max_cost: float = 0.8,
    sigma: float = 0.15,
) -> Tensor:
    """Find the instance whose center each detected center is.

    The cost of a pair is 1 minus the similarity of its centers, see :func:`keypoint_similarity`.

    Args:
        detected (Tensor): Detected centers (x, y) in pixels of the input, (B, C, 2).
        target (Tensor): Centers of the instances, (B, N, 2).
        box_areas (Tensor): Areas of their boxes, (B, N).
        detected_mask (Tensor): False for what fills up the detected centers, (B, C), bool.
        target_mask (Tensor): False for what fills up the instances, (B, N), bool.
        method (str): ``'greedy'`` takes pairs by their cost as the release does, ``'hungarian'``
            the most pairs at the least total cost, as the paper.
        max_cost (float): Pairs above this cost are not made; the release's 0.8, the paper's 0.5.
        sigma (float): Tolerance of a center.

    Returns:
        Tensor: Index of the instance, (B, C), int64; -1 where there is none.

    Raises:
        ValueError: The method is not one of these.

    Source:
        CenterGroup (Braso et al. 2021, arXiv:2110.05132), Appendix B. Its Eq. 12, which has a
        quarter of the variance used here and in the release, is a similarity, although it is
        called a distance and must be "< 0.5".
    """
    if method not in MATCHERS:
        raise ValueError(f'method must be one of {sorted(MATCHERS)}, got {method!r}')
    sigmas = detected.new_full((1,), sigma, dtype=torch.float32)
    pairs = detected[:, :, None, None].float(), target[:, None, :, None].float()
    cost = 1 - keypoint_similarity(*pairs, box_areas[:, None].float(), sigmas)[..., 0]
    allowed = (cost <= max_cost) & detected_mask[:, :, None] & target_mask[:, None]
    costs = torch.where(allowed, cost, cost.new_tensor(torch.inf)).cpu().numpy()
    matches = np.full(detected.shape[:2], UNMATCHED)
    for image, image_cost in enumerate(costs):
        rows, columns = MATCHERS[method](image_cost)
        matches[image, rows] = columns
    return torch.from_numpy(matches).to(detected.device)


def _match_greedily(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Pairs (rows, columns) of finite cost (C, N), the cheapest first."""
    order = np.argsort(cost, axis=None, kind='stable')[: np.isfinite(cost).sum()]
    chosen: Dict[int, int] = {}
    for row, column in zip(*np.unravel_index(order, cost.shape)):
        if row not in chosen and column not in chosen.values():
            chosen[row] = column
    return np.array(list(chosen), np.int64), np.array(list(chosen.values()), np.int64)


def _match_at_least_cost(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Most pairs (rows, columns) of finite cost (C, N), at the least total."""
    forbidden = 1 + 2 * min(cost.shape)  # more than any number of allowed pairs can save
    rows, columns = assign(np.where(np.isfinite(cost), cost, forbidden))
    allowed = np.isfinite(cost[rows, columns])
    return rows[allowed], columns[allowed]


MATCHERS = {'greedy': _match_greedily, 'hungarian': _match_at_least_cost}
