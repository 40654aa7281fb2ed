"""Joining the groups of one instance that was split."""

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED

from .pool import Pool, squared_distances


def join_groups(pool: Pool, groups: Tensor, join_below: float, num_rounds: int) -> Tensor:
    """Join groups without a common keypoint type, pair by pair the closest, in every round.

    Args:
        pool (Pool): The candidates.
        groups (Tensor): (B, G, K), int64; -1 where a keypoint is missing.
        join_below (float): See :class:`mmpose_ae.grouping.DensityGrouping`.
        num_rounds (int): In each a group is joined with at most one other.

    Returns:
        Tensor: (B, G, K); those that were joined to others are empty.
    """
    deviation = join_below * _tag_spread(pool.members(groups))
    rows = torch.arange(groups.shape[1], device=groups.device)
    for _ in range(num_rounds):
        apart = _distances(pool, groups, deviation)
        nearest = apart.argmin(-1)  # (B, G)
        joined = (nearest.gather(1, nearest) == rows) & (apart.amin(-1) < 1)
        partner = groups.gather(1, nearest[..., None].expand_as(groups))
        united = torch.where((rows < nearest)[..., None], groups.maximum(partner), UNMATCHED)
        groups = torch.where(joined[..., None], united, groups)
    return groups


def _distances(pool: Pool, groups: Tensor, deviation: Tensor) -> Tensor:
    """Distance of the mean tags of groups, below 1 where they are to be joined, (B, G, G)."""
    mean = pool.members(groups).mean_tags()
    found = (groups != UNMATCHED).float()  # (B, G, K)
    inverse = 1 / found.sum(-1).clamp(min=1)
    limit = deviation[:, None, None] * (inverse[..., None] + inverse[:, None]).sqrt()
    apart = squared_distances(mean, mean).sqrt() / limit.clamp(min=1)
    empty = found.amax(-1) == 0
    excluded = (found @ found.transpose(1, 2) > 0) | empty[:, None] | empty[..., None]
    return torch.where(excluded, torch.inf, apart)


def _tag_spread(members: Pool) -> Tensor:
    """Standard deviation of the tags within groups, (B,); 0 if each has one candidate only."""
    found = members.scores > 0  # (B, K, G)
    deviation = members.tags - members.mean_tags()[:, None]
    freedom = found.sum((1, 2)) - found.any(1).sum(1)
    total = (deviation.square().sum(-1) * found).sum((1, 2))
    return (total / freedom.clamp(min=1)).sqrt()
