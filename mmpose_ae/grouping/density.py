"""Grouping of candidates at the densest places of tag space, all keypoint types at once."""

from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

from .assignment import assign
from .candidates import UNMATCHED, Candidates
from .scipy_routines import squared_distances

# Groups start at candidates of so many keypoint types: enough to find an instance, and cheap for
# whole-body keypoints.
_SEED_TYPES = 16
# Of candidates whose tags are closer than this part of the reach one start is enough, also where
# all tags are alike.
_SEED_SPACING = 0.1
# Fewer keypoints do not tell the extent of an instance on the image.
_LEAST_PLACED = 3


class _Pool(NamedTuple):
    """Candidates of all keypoint types in one row, ordered by type."""

    types: np.ndarray  # (P,)
    scores: np.ndarray  # (P,)
    cells: np.ndarray  # (P, 2)
    tags: np.ndarray  # (P, L), in tag thresholds

    def take(self, index: np.ndarray) -> '_Pool':
        """Keep the candidates of an index."""
        return _Pool(*(values[index] for values in self))

    def mean_tags(self, groups: np.ndarray) -> np.ndarray:
        """Mean tags of groups (N, K), weighted by the scores, (N, L)."""
        weight = np.where(groups == UNMATCHED, 0, self.scores[groups])
        return (weight[..., None] * self.tags[groups]).sum(1) / weight.sum(1)[:, None]


class DensityGrouping:
    """Let all keypoint types vote where the instances are, then join what was split.

    Greedy grouping takes nothing back: one tag that is off splits an instance, and the splinter
    collects keypoints of its own. Here

    1. the density of a tag is the sum over the keypoint types of the best candidate's score,
       weighted by how close its tag is. Where it peaks, groups start.
    2. Each group picks the best candidate per type, moves to their mean tag and picks again, now
       by positions too. A candidate is only offered to the group where it weighs most. What no
       group has picked goes through both steps again.
    3. Groups without a common keypoint type are joined, the closest first, as long as their mean
       tags differ by less than the tag threshold, or by no more than the tags within groups
       explain.
    4. The candidates of each type are assigned once more, to all groups at once. A group counts
       as much as its scores add up to: what a splinter took goes back.

    Args:
        reach (float): Distance from a group's mean tag, in tag thresholds, at which the weight
            of a candidate has fallen to 0. Two groups start at least half of it apart.
        spread (float, optional): Candidates weigh less far from the group on the image: half at
            this many times the median distance of the picked ones from their median position.
            None groups by the tags alone.
        join_below (float): Groups are joined while their mean tags are less than this many
            standard errors apart; below the tag threshold always.
    """

    def __init__(
        self,
        reach: float = 1.4,
        spread: Optional[float] = 2.0,
        join_below: float = 3.0,
    ) -> None:
        for name, value in dict(reach=reach, spread=spread).items():
            if value is not None and value <= 0:
                raise ValueError(f'{name} must be positive, got {value}')
        self.reach = reach
        self.spread = spread
        self.join_below = join_below

    def __call__(
        self, candidates: Candidates, order: Sequence[int], tag_threshold: float
    ) -> np.ndarray:
        """Group the candidates of one image into instances.

        Args:
            candidates (Candidates): Arrays of one image; score 0 is no candidate.
            order (sequence): Not used: no keypoint type comes first.
            tag_threshold (float): Unit of the tag distances.

        Returns:
            np.ndarray: For each instance the index of its candidate per keypoint type, (N, K),
            int64; -1 where the keypoint is missing.
        """
        num_types = len(candidates.scores)
        types, columns = candidates.scores.nonzero()
        if not len(types):
            return np.empty((0, num_types), np.int64)
        scores, cells, tags = (values[types, columns].astype(float) for values in candidates)
        pool = _Pool(types, scores, cells, tags / tag_threshold)
        rounds = []
        free = np.arange(len(types))
        while len(free):
            part = pool.take(free)
            groups = self._pick(part, self._find_peaks(part), num_types)
            groups = self._pick(part, part.mean_tags(groups), num_types, groups)
            rounds.append(np.where(groups == UNMATCHED, UNMATCHED, free[groups]))
            free = np.setdiff1d(free, rounds[-1])
        groups = self._reassign(pool, self._join(pool, np.concatenate(rounds)))
        return np.where(groups == UNMATCHED, UNMATCHED, columns[groups])

    def _near(
        self, pool: _Pool, centers: np.ndarray
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Pairs of centers (N, L) and candidates within reach, ordered by center.

        Each with its center, candidate, squared distance, and the candidate's weight: its score
        at distance 0, falling to 0 at the reach (the biweight kernel).
        """
        squared = squared_distances(centers, pool.tags)
        rows, found = (squared < self.reach**2).nonzero()
        squared = squared[rows, found]
        weight = pool.scores[found] * (1 - squared / self.reach**2) ** 2
        return rows, found, squared, weight

    def _find_seeds(self, pool: _Pool) -> np.ndarray:
        """Candidates where the density is looked at, the strongest of those with like tags."""
        types = np.argsort(-np.bincount(pool.types), kind='stable')[:_SEED_TYPES]
        seeds = np.flatnonzero(np.isin(pool.types, types))
        seeds = seeds[np.argsort(-pool.scores[seeds], kind='stable')]
        blocks = (pool.tags[seeds] - pool.tags.min(0)) // (self.reach * _SEED_SPACING)
        return seeds[np.unique(blocks, axis=0, return_index=True)[1]]

    def _find_peaks(self, pool: _Pool) -> np.ndarray:
        """Tags of the candidates where the density peaks, (N, L)."""
        seeds = self._find_seeds(pool)
        rows, found, squared, weight = self._near(pool, pool.tags[seeds])
        place = rows * (pool.types[-1] + 1) + pool.types[found]  # ascending
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        density = np.bincount(rows[starts], np.maximum.reduceat(weight, starts))
        rank = np.full(len(pool.types), len(seeds))
        rank[seeds[np.argsort(-density, kind='stable')]] = np.arange(len(seeds))
        beaten = (squared < (self.reach / 2) ** 2) & (rank[found] < rank[seeds][rows])
        return pool.tags[np.delete(seeds, rows[beaten])]

    def _pick(
        self,
        pool: _Pool,
        centers: np.ndarray,
        num_types: int,
        before: Optional[np.ndarray] = None,
    ) -> np.ndarray:
        """Candidates of groups around tags (N, L), (N, K); groups without any are left out.

        With the candidates that the groups picked before, (N, K), positions count too.
        """
        rows, found, _, weight = self._near(pool, centers)
        if before is not None and self.spread is not None:
            weight *= self._nearness(pool, before, rows, found)
        ascending = np.argsort(weight, kind='stable')
        rows, found = rows[ascending], found[ascending]
        best = np.empty(len(pool.types), np.int64)
        best[found] = rows  # of repeated places the last value stays: that of most weight
        offered = best[found] == rows
        groups = np.full((len(centers), num_types), UNMATCHED)
        groups[rows[offered], pool.types[found[offered]]] = found[offered]  # here too
        return groups[(groups != UNMATCHED).any(1)]

    def _nearness(
        self, pool: _Pool, groups: np.ndarray, rows: np.ndarray, found: np.ndarray
    ) -> np.ndarray:
        """Weight by the distance on the image between groups and candidates, for each pair."""
        picked = groups != UNMATCHED
        points = pool.cells[groups]  # (N, K, 2)
        center = _median(points, picked)
        extent = _median(np.linalg.norm(points - center[:, None], axis=-1), picked)
        use = (picked.sum(1) >= _LEAST_PLACED) & (extent > 0)
        falloff = np.where(use, self.spread * np.where(use, extent, 1), np.inf)
        squared = np.square(pool.cells[found] - center[rows]).sum(-1)
        return 1 / (1 + squared / falloff[rows] ** 2)

    def _join(self, pool: _Pool, groups: np.ndarray) -> np.ndarray:
        """Join the closest groups that have no common keypoint type, until none are close."""
        deviation = self.join_below * _tag_spread(pool, groups)
        while len(groups) > 1:
            found = (groups != UNMATCHED).astype(float)
            size = found.sum(1)
            mean = pool.mean_tags(groups)
            limit = np.maximum(deviation * np.sqrt(1 / size[:, None] + 1 / size), 1)
            distance = np.sqrt(squared_distances(mean, mean)) / limit
            distance[found @ found.T > 0] = np.inf
            first, second = np.arange(len(groups)), distance.argmin(1)
            joined = (first < second) & (second[second] == first)
            joined &= distance[first, second] < 1
            if not joined.any():
                break
            first, second = first[joined], second[joined]
            groups[first] = np.maximum(groups[first], groups[second])
            groups = np.delete(groups, second, axis=0)
        return groups

    def _reassign(self, pool: _Pool, groups: np.ndarray) -> np.ndarray:
        """Assign the candidates of each type once more, those that are left over to nobody."""
        mass = np.where(groups == UNMATCHED, 0, pool.scores[groups]).sum(1)
        rows, found, _, weight = self._near(pool, pool.mean_tags(groups))
        if self.spread is not None:
            weight *= self._nearness(pool, groups, rows, found)
        worth = np.zeros((len(groups), len(pool.types)))
        worth[rows, found] = weight * mass[rows]
        groups = np.full_like(groups, UNMATCHED)
        for k in np.unique(pool.types):
            candidates = np.flatnonzero(pool.types == k)
            group, pick = assign(-worth[:, candidates])
            pick = candidates[pick]
            matched = worth[group, pick] > 0
            groups[group[matched], k] = pick[matched]
        alone = np.setdiff1d(np.arange(len(pool.types)), groups)
        singles = np.full((len(alone), groups.shape[1]), UNMATCHED)
        singles[np.arange(len(alone)), pool.types[alone]] = alone
        return np.concatenate([groups[(groups != UNMATCHED).any(1)], singles])


def _tag_spread(pool: _Pool, groups: np.ndarray) -> float:
    """Standard deviation of the tags within groups; 0 if each has one candidate only."""
    found = groups != UNMATCHED
    deviation = pool.tags[groups] - pool.mean_tags(groups)[:, None]
    freedom = found.sum() - len(groups)
    return np.sqrt(np.square(deviation[found]).sum() / freedom) if freedom else 0.0


def _median(values: np.ndarray, picked: np.ndarray) -> np.ndarray:
    """Median of values (N, K, ...) over those picked (N, K), (N, ...)."""
    picked = picked.reshape(picked.shape + (1,) * (values.ndim - 2))
    values = np.sort(np.where(picked, values, np.inf), axis=1)
    rows, count = np.arange(len(values)), picked.reshape(len(values), -1).sum(1)
    return (values[rows, (count - 1) // 2] + values[rows, count // 2]) / 2
