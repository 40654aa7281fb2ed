"""Which detected center is that of which instance."""

from typing import Dict, Tuple

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED
from mmpose_ae.grouping.assignment import assign
from mmpose_ae.ops import keypoint_similarity
from mmpose_ae.options import check_choice


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
        detected_mask (Tensor): False where detected centers are padding, (B, C), bool.
        target_mask (Tensor): False where instances are padding, (B, N), bool.
        method (str): ``'greedy'`` takes pairs by their cost as the release does, ``'hungarian'``
            the most pairs at the least total cost, as the paper.
        max_cost (float): Pairs above this cost are not made; the release's 0.8, the paper's 0.5.
        sigma (float): Tolerance of a center. Half of the default is the variance of Eq. 12.

    Returns:
        Tensor: Index of the instance, (B, C), int64; -1 where there is none.

    Raises:
        ValueError: The method is not one of these.

    Source:
        CenterGroup (Braso et al. 2021, arXiv:2110.05132), Appendix B. Its Eq. 12, which has a
        quarter of the variance used here and in the release, is a similarity, although it is
        called a distance and must be "< 0.5". The paper's form is ``method='hungarian'``,
        ``max_cost=0.5``, ``sigma=0.075``.
    """
    check_choice('method', method, sorted(MATCHERS))
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
