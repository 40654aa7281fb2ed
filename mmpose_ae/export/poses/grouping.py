"""Density grouping in a fixed number of rounds: no step depends on how many people there are."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mmpose_ae.grouping import UNMATCHED, DensityGrouping

from .auction import auction
from .joining import join_groups
from .pool import Pool, first_best, take_groups
from .rounds import find_groups
from .weights import place, weigh

_LEAST_RAISE = 1e-3  # of the auction


@dataclass(frozen=True)
class GroupingInRounds:
    """Group as :class:`DensityGrouping`, its four steps in tensors of fixed size.

    Candidates that no round groups, and that are not joined with others, are people of one
    keypoint.

    Attributes:
        rule (DensityGrouping): Its options.
        max_people (int): Most people, P, the best ones.
        num_seeds (int): Candidates at which the density is looked at, those of the highest scores.
        finding_rounds (int): Each groups what those before it left.
        joining_rounds (int): In each a group is joined with at most one other.
        auction_rounds (int): What is not assigned after so many is nobody's.
    """

    rule: DensityGrouping
    max_people: int = 30
    num_seeds: int = 64
    finding_rounds: int = 3
    joining_rounds: int = 4
    auction_rounds: int = 12

    def __call__(self, pool: Pool) -> Tensor:
        """Group the candidates of a batch.

        Args:
            pool (Pool): K * M candidates per image.

        Returns:
            Tensor: Columns of candidates, (B, P, K), int64; -1 where a keypoint is missing. The
            highest sums of scores come first, of equal ones those that were found first; rows
            behind them are empty.
        """
        rule = self.rule
        groups = find_groups(
            pool, rule.reach, rule.spread, self.finding_rounds, self.num_seeds, self.max_people
        )
        groups = self._with_singles(pool, groups)
        groups = join_groups(pool, groups, rule.join_below, self.joining_rounds)
        groups = self._reassign(pool, self._best(pool, groups))
        return self._best(pool, self._with_singles(pool, groups))

    def _reassign(self, pool: Pool, groups: Tensor) -> Tensor:
        """Assign the candidates of each type once more, to all groups at once."""
        members = pool.members(groups)
        places = place(members, self.rule.spread)
        weight = weigh(pool, members.mean_tags(), self.rule.reach, places)
        worth = weight * members.scores.sum(1)[..., None, None]
        return auction(worth.transpose(1, 2), self.auction_rounds, _LEAST_RAISE).transpose(1, 2)

    def _with_singles(self, pool: Pool, groups: Tensor) -> Tensor:
        """Add groups of one candidate each: the best of those that are in none."""
        num_types, num_columns = pool.scores.shape[1:]
        scores, places = first_best(pool.without(groups).scores.flatten(1), self.max_people)
        types = torch.arange(num_types, device=groups.device)
        own = (places[..., None] // num_columns == types) & (scores > 0)[..., None]
        singles = torch.where(own, places[..., None] % num_columns, UNMATCHED)
        return torch.cat([groups, singles], dim=1)

    def _best(self, pool: Pool, groups: Tensor) -> Tensor:
        """Groups of the highest sum of scores."""
        mass = pool.members(groups).scores.sum(1)
        return take_groups(groups, first_best(mass, self.max_people)[1])
