"""Grouping of candidates at the densest places of tag space, all keypoint types at once."""

from typing import Iterator, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from .assignment import assign
from .candidates import UNMATCHED, Candidates, check_finite
from .places import Places, place_by_center, place_by_pose, typical_distances
from .scipy_routines import squared_distances

# Groups start at candidates of so many keypoint types: enough to find an instance, and cheap for
# whole-body keypoints.
_SEED_TYPES = 16
# Of candidates whose tags are closer than this part of the reach one start is enough, also where
# all tags are alike.
_SEED_SPACING = 0.1
# Whatever the tags are, time and memory stay bounded; images of people stay below these limits.
# So many rounds and groups there are; candidates that are left over then are nobody's.
_MOST_ROUNDS, _MOST_GROUPS = 128, 1024
# So many pairs of starts and candidates tell the density in the first round, fewer in later ones.
_DENSITY_PAIRS = 2**23
# About so many pairs of groups and candidates are held at a time.
_PAIRS_AT_ONCE = 2**20
# Of more groups those that match no candidate of a type are kept out of the assignment.
_FEW_GROUPS = 256


class _Pool(NamedTuple):
    """Candidates of all keypoint types in one row, ordered by type."""

    types: np.ndarray  # (P,)
    scores: np.ndarray  # (P,)
    cells: np.ndarray  # (P, 2)
    tags: np.ndarray  # (P, L), in tag thresholds

    def take(self, index: Union[slice, np.ndarray]) -> '_Pool':
        """Keep the candidates of an index."""
        return _Pool(*(values[index] for values in self))

    def parts(self, num_groups: int) -> Iterator[Tuple[int, '_Pool']]:
        """Cut into whole keypoint types whose pairs with so many groups are few enough.

        Gives the index of each part's first candidate, and the part.
        """
        if num_groups * len(self.types) <= _PAIRS_AT_ONCE:
            yield 0, self
            return
        starts = np.flatnonzero(np.diff(self.types, prepend=-1))
        most = _PAIRS_AT_ONCE // num_groups or 1
        cuts = starts[np.flatnonzero(np.diff(starts // most, prepend=-1))]
        for start, end in zip(cuts, [*cuts[1:], len(self.types)]):
            yield start, self.take(slice(start, end))

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
        pose (sequence, optional): Keypoints (x, y) of an instance that stands straight, (K, 2), in
            any unit. Candidates then weigh half where they are ``spread`` times as far from the
            picked ones as in this pose, in the group's own size and by the median over them.
        join_below (float): Groups are joined while their mean tags are less than this many
            standard errors apart; below the tag threshold always.
    """

    def __init__(
        self,
        reach: float = 1.4,
        spread: Optional[float] = 2.0,
        join_below: float = 3.0,
        pose: Optional[Sequence[Sequence[float]]] = None,
    ) -> None:
        for name, value in dict(reach=reach, spread=spread).items():
            if value is not None and not value > 0:  # nor NaN
                raise ValueError(f'{name} must be positive, got {value}')
        if not join_below >= 0:
            raise ValueError(f'join_below must not be negative, got {join_below}')
        if pose is not None and spread is None:
            raise ValueError('pose says how spread is measured, but spread is None')
        self.reach = reach
        self.spread = spread
        self.join_below = join_below
        self.pose = pose
        self._typical = None if pose is None else typical_distances(pose)

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

        Raises:
            ValueError: If a candidate is not finite, or ``pose`` has another number of keypoints.
        """
        num_types = len(candidates.scores)
        if self._typical is not None and len(self._typical) != num_types:
            raise ValueError(
                f'pose has {len(self._typical)} keypoints, but candidates are of {num_types} types'
            )
        types, columns = (candidates.scores > 0).nonzero()
        if not len(types):
            return np.empty((0, num_types), np.int64)
        scores, cells, tags = (values[types, columns].astype(float) for values in candidates)
        pool = _Pool(types, scores, cells, tags / tag_threshold)
        check_finite(*pool[1:])
        groups = self._join(pool, self._find_groups(pool, num_types))
        groups = self._reassign(pool, groups)
        return np.where(groups == UNMATCHED, UNMATCHED, columns[groups])

    def find_modes(self, tags: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Find where the density of tags peaks when each counts, as those of pixels do.

        Args:
            tags (np.ndarray): (P, L), in tag thresholds.
            scores (np.ndarray): Weight of each, (P,).

        Returns:
            np.ndarray: Some of the tags, at least half the reach apart, (N, L), float64.
        """
        tags, scores = np.asarray(tags, float), np.asarray(scores, float)
        pool = _Pool(np.arange(len(tags)), scores, np.zeros((len(tags), 2)), tags)
        check_finite(*pool[1:])
        if not len(tags):
            return tags
        most = _PAIRS_AT_ONCE // len(tags) or 1
        return self._peaks_among(pool, self._space_out(pool, pool.types, most))

    def _find_groups(self, pool: _Pool, num_types: int) -> np.ndarray:
        """Groups (N, K) that have no candidate in common; some candidates may be in none."""
        free = np.arange(len(pool.types))
        rounds, total = [np.empty((0, num_types), np.int64)], 0
        while len(free) and len(rounds) <= _MOST_ROUNDS and total < _MOST_GROUPS:
            part = pool.take(free)
            most_seeds = int(_DENSITY_PAIRS / len(rounds) ** 1.5 / len(free)) or 1
            peaks = self._find_peaks(part, most_seeds)
            groups = self._pick(part, peaks, num_types)
            groups = self._pick(part, part.mean_tags(groups), num_types, groups)
            if not len(groups):  # tags so large that rounding moves every mean out of reach
                break
            rounds.append(np.where(groups == UNMATCHED, UNMATCHED, free[groups]))
            total += len(groups)
            free = np.delete(free, groups[groups != UNMATCHED])
        return np.concatenate(rounds)

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

    def _find_seeds(self, pool: _Pool, most: int) -> np.ndarray:
        """Candidates where the density is looked at, the strongest of those with like tags."""
        types = np.argsort(-np.bincount(pool.types), kind='stable')[:_SEED_TYPES]
        return self._space_out(pool, np.flatnonzero(np.isin(pool.types, types)), most)

    def _space_out(self, pool: _Pool, seeds: np.ndarray, most: int) -> np.ndarray:
        """Of candidates with like tags keep the strongest one."""
        seeds = seeds[np.argsort(-pool.scores[seeds], kind='stable')]
        blocks = (pool.tags[seeds] - pool.tags.min(0)) // (self.reach * _SEED_SPACING)
        first = np.unique(blocks, axis=0, return_index=True)[1]
        return seeds[first if len(first) <= most else first[first <= np.sort(first)[most - 1]]]

    def _find_peaks(self, pool: _Pool, most_seeds: int) -> np.ndarray:
        """Tags of the candidates where the density peaks, (N, L)."""
        return self._peaks_among(pool, self._find_seeds(pool, most_seeds))

    def _peaks_among(self, pool: _Pool, seeds: np.ndarray) -> np.ndarray:
        """Tags of those seeds where the density peaks, (N, L)."""
        density, close = np.zeros(len(seeds)), []
        for start, part in pool.parts(len(seeds)):
            rows, found, squared, weight = self._near(part, pool.tags[seeds])
            place = rows * (pool.types[-1] + 1) + part.types[found]  # ascending
            firsts = np.flatnonzero(np.diff(place, prepend=-1))
            best = np.maximum.reduceat(weight, firsts) if len(firsts) else weight
            density += np.bincount(rows[firsts], best, len(seeds))
            within = squared < (self.reach / 2) ** 2
            close.append((rows[within], start + found[within]))
        rows, found = (np.concatenate(values) for values in zip(*close))
        ranked = seeds[np.argsort(-density, kind='stable')]
        rank = np.full(len(pool.types), len(seeds))
        rank[ranked] = np.arange(len(seeds))
        beaten = rank[found] < rank[seeds][rows]
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
        placed = None if before is None else self._place(pool, before)
        groups = np.full((len(centers), num_types), UNMATCHED)
        for start, part in pool.parts(len(centers)):
            rows, found, weight = self._weigh(part, centers, placed)
            ascending = np.argsort(weight, kind='stable')
            rows, found = rows[ascending], found[ascending]
            best = np.empty(len(part.types), np.int64)
            best[found] = rows  # of repeated places the last value stays: that of most weight
            offered = best[found] == rows
            rows, found = rows[offered], found[offered]
            groups[rows, part.types[found]] = start + found  # here too
        return groups[(groups != UNMATCHED).any(1)]

    def _weigh(
        self, pool: _Pool, centers: np.ndarray, placed: Optional[Places]
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs of centers and candidates within reach, weighted by where groups are placed, too.

        Each with its center, candidate, and weight.
        """
        rows, found, _, weight = self._near(pool, centers)
        if placed is not None:
            weight *= placed.closeness(rows, pool.types[found], pool.cells[found])
        return rows, found, weight

    def _place(self, pool: _Pool, groups: np.ndarray) -> Optional[Places]:
        """Where groups (N, K) are on the image; None where that does not count."""
        if self.spread is None:
            return None
        if self._typical is None:
            return place_by_center(pool.cells, groups, self.spread)
        return place_by_pose(pool.cells, groups, self.spread, self._typical)

    def _join(self, pool: _Pool, groups: np.ndarray) -> np.ndarray:
        """Join the closest groups that have no common keypoint type, until none are close."""
        deviation = self.join_below * _tag_spread(pool, groups)
        groups, found = groups.copy(), (groups != UNMATCHED).astype(float)
        mean, distance = np.empty((len(groups), pool.tags.shape[1])), np.empty((len(groups),) * 2)
        rows, changed = np.arange(len(groups)), np.arange(len(groups))
        while len(changed):
            mean[changed] = pool.mean_tags(groups[changed])
            size = found.sum(1)
            limit = np.maximum(deviation * np.sqrt(1 / size[changed, None] + 1 / size), 1)
            apart = np.sqrt(squared_distances(mean[changed], mean)) / limit
            apart[found[changed] @ found.T > 0] = np.inf
            distance[changed], distance[:, changed] = apart, apart.T
            nearest = distance.argmin(1)
            joined = (rows < nearest) & (nearest[nearest] == rows)
            joined &= distance[rows, nearest] < 1
            changed, gone = rows[joined], nearest[joined]
            groups[changed] = np.maximum(groups[changed], groups[gone])
            found[changed] = np.maximum(found[changed], found[gone])
            groups[gone], found[gone] = UNMATCHED, 1  # has something in common with every group
            distance[gone] = distance[:, gone] = np.inf
        return groups[(groups != UNMATCHED).any(1)]

    def _reassign(self, pool: _Pool, groups: np.ndarray) -> np.ndarray:
        """Assign the candidates of each type once more, those that are left over to nobody."""
        mass = np.where(groups == UNMATCHED, 0, pool.scores[groups]).sum(1)
        means, placed = pool.mean_tags(groups), self._place(pool, groups)
        groups = np.full_like(groups, UNMATCHED)
        for start, part in pool.parts(len(groups)):
            rows, found, weight = self._weigh(part, means, placed)
            worth = np.zeros((len(groups), len(part.types)))
            worth[rows, found] = weight * mass[rows]
            for k in np.unique(part.types):
                candidates = np.flatnonzero(part.types == k)
                group, pick = _match(worth[:, candidates])
                pick = candidates[pick]
                matched = worth[group, pick] > 0
                groups[group[matched], k] = start + pick[matched]
        alone = np.setdiff1d(np.arange(len(pool.types)), groups)
        singles = np.full((len(alone), groups.shape[1]), UNMATCHED)
        singles[np.arange(len(alone)), pool.types[alone]] = alone
        return np.concatenate([groups[(groups != UNMATCHED).any(1)], singles])


def _match(worth: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Pairs of groups and candidates of the most total worth (N, M), those of worth 0 included."""
    if len(worth) <= _FEW_GROUPS:
        return assign(-worth)
    able = np.flatnonzero(worth.any(1))
    pick, group = assign(-worth[able].T)  # not made square: there are more groups than candidates
    return able[group], pick


def _tag_spread(pool: _Pool, groups: np.ndarray) -> float:
    """Standard deviation of the tags within groups; 0 if each has one candidate only."""
    found = groups != UNMATCHED
    deviation = pool.tags[groups] - pool.mean_tags(groups)[:, None]
    freedom = found.sum() - len(groups)
    return np.sqrt(np.square(deviation[found]).sum() / freedom) if freedom else 0.0
