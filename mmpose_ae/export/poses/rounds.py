"""Groups where the tags of all keypoint types are densest, in a fixed number of rounds."""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED

from .pool import Pool, first_best, squared_distances
from .weights import place, weigh


def densest_tags(pool: Pool, reach: float, num_seeds: int, count: int) -> Tuple[Tensor, Tensor]:
    """Tags at which the density peaks among the candidates of the highest scores.

    Args:
        pool (Pool): The candidates.
        reach (float): See :class:`mmpose_ae.grouping.DensityGrouping`.
        num_seeds (int): Candidates at which the density is looked at.
        count (int): Most peaks, P, the densest.

    Returns:
        tuple: Tags, (B, P, L), and which of them are peaks, (B, P), bool.
    """
    scores, seeds = first_best(pool.scores.flatten(1), num_seeds)
    tags = _gather(pool.tags.flatten(1, 2), seeds)  # (B, S, L)
    density = weigh(pool, tags, reach).amax(-1).sum(-1) * (scores > 0)
    rank = torch.arange(seeds.shape[1], device=seeds.device)
    higher = density[:, None] > density[..., None]  # (B, S, S): the second one is the higher
    higher |= (density[:, None] == density[..., None]) & (rank < rank[:, None])
    beaten = (higher & (squared_distances(tags, tags) < (reach / 2) ** 2)).any(-1)
    density, peaks = first_best(density * ~beaten, count)
    return _gather(tags, peaks), density > 0


def pick(weight: Tensor) -> Tensor:
    """Let each group pick the best candidate of each type.

    A candidate is only offered to the group where it weighs most.

    Args:
        weight (Tensor): Of candidates for groups, (B, G, K, M).

    Returns:
        Tensor: Columns of the candidates, (B, G, K), int64; -1 where there is none.
    """
    rows = torch.arange(weight.shape[1], device=weight.device)[:, None, None]
    offered = weight.argmax(1, keepdim=True) == rows
    return choose(weight * offered)


def choose(weight: Tensor) -> Tensor:
    """Column of the highest weight above 0 of the last axis, int64; -1 where there is none."""
    return torch.where(weight.amax(-1) > 0, weight.argmax(-1), UNMATCHED)


def find_groups(
    pool: Pool, reach: float, spread: float, num_rounds: int, num_seeds: int, count: int
) -> Tensor:
    """Groups that have no candidate in common; what no round picks is in none.

    Args:
        pool (Pool): The candidates.
        reach (float): See :class:`mmpose_ae.grouping.DensityGrouping`.
        spread (float, optional): Likewise.
        num_rounds (int): Each groups what those before it left.
        num_seeds (int): See :func:`densest_tags`.
        count (int): Most groups of a round.

    Returns:
        Tensor: (B, num_rounds * count, K), int64; groups may be empty.
    """
    rounds = []
    for _ in range(num_rounds):
        centers, present = densest_tags(pool, reach, num_seeds, count)
        groups = pick(weigh(pool, centers, reach) * present[..., None, None])
        members = pool.members(groups)
        present = (groups != UNMATCHED).any(-1)
        weight = weigh(pool, members.mean_tags(), reach, place(members, spread))
        groups = pick(weight * present[..., None, None])
        pool = pool.without(groups)
        rounds.append(groups)
    return torch.cat(rounds, dim=1)


def _gather(values: Tensor, rows: Tensor) -> Tensor:
    """Values (B, N, D) at rows (B, G), (B, G, D)."""
    return values.gather(1, rows[..., None].expand(-1, -1, values.shape[-1]))
