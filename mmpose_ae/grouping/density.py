"""Grouping of candidates at the densest places of tag space, all keypoint types at once."""

from typing import Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.options import check_between, check_positive

from .assignment import assign
from .candidates import UNMATCHED, Candidates, check_finite
from .joining import join_groups
from .places import Places, place_by_center, place_by_pose, typical_distances
from .pool import PAIRS_AT_ONCE, Pool
from .tag_peaks import densest_tags, find_seeds, space_out

# Whatever the tags are, time and memory stay bounded; images of people stay below these limits.
# So many rounds and groups there are; candidates that are left over become groups of one.
_MOST_ROUNDS, _MOST_GROUPS = 128, 1024
# So many pairs of starts and candidates tell the density in the first round, fewer in later ones.
_DENSITY_PAIRS = 2**23
# Of more groups those that match no candidate of a type are kept out of the assignment.
_FEW_GROUPS = 256


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
        check_positive('reach', reach)
        if spread is not None:
            check_positive('spread', spread)
        check_between('join_below', join_below)
        if pose is not None and spread is None:
            raise ValueError('pose says how spread is measured, but spread is None')
        self.reach = reach
        self.spread = spread
        self.join_below = join_below
        self._typical = None if pose is None else typical_distances(pose)
        self.pose = None if pose is None else np.asarray(pose, float).tolist()  # to be written

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
        scores, cells, tags = (values[types, columns].astype(float) for values in candidates)
        pool = Pool(types, scores, cells, tags / tag_threshold)
        check_finite(candidates.scores, pool.cells, pool.tags)
        if not len(types):
            return np.empty((0, num_types), np.int64)
        groups = join_groups(pool, self._find_groups(pool, num_types), self.join_below)
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
        pool = Pool(np.arange(len(tags)), scores, np.zeros((len(tags), 2)), tags)
        check_finite(*pool[1:])
        if not len(tags):
            return tags
        most = PAIRS_AT_ONCE // len(tags) or 1
        return densest_tags(pool, space_out(pool, pool.types, self.reach, most), self.reach)

    def _find_groups(self, pool: Pool, num_types: int) -> np.ndarray:
        """Groups (N, K) that have no candidate in common; some candidates may be in none."""
        free = np.arange(len(pool.types))
        rounds, total = [np.empty((0, num_types), np.int64)], 0
        while len(free) and len(rounds) <= _MOST_ROUNDS and total < _MOST_GROUPS:
            part = pool.take(free)
            most_seeds = int(_DENSITY_PAIRS / len(rounds) ** 1.5 / len(free)) or 1
            seeds = find_seeds(part, self.reach, most_seeds)
            groups = self._pick(part, densest_tags(part, seeds, self.reach), num_types)
            groups = self._pick(part, part.mean_tags(groups), num_types, groups)
            if not len(groups):  # tags so large that rounding moves every mean out of reach
                break
            rounds.append(np.where(groups == UNMATCHED, UNMATCHED, free[groups]))
            total += len(groups)
            free = np.delete(free, groups[groups != UNMATCHED])
        return np.concatenate(rounds)

    def _pick(
        self,
        pool: Pool,
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
        self, pool: Pool, centers: np.ndarray, placed: Optional[Places]
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pairs of centers and candidates within reach, weighted by where groups are placed, too.

        Each with its center, candidate, and weight.
        """
        rows, found, _, weight = pool.weigh(centers, self.reach)
        if placed is not None:
            weight *= placed.closeness(rows, pool.types[found], pool.cells[found])
        return rows, found, weight

    def _place(self, pool: Pool, groups: np.ndarray) -> Optional[Places]:
        """Where groups (N, K) are on the image; None where that does not count."""
        if self.spread is None:
            return None
        if self._typical is None:
            return place_by_center(pool.cells, groups, self.spread)
        return place_by_pose(pool.cells, groups, self.spread, self._typical)

    def _reassign(self, pool: Pool, groups: np.ndarray) -> np.ndarray:
        """Assign the candidates of each type once more; who is left over is a group of one."""
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
        return np.concatenate([groups[(groups != UNMATCHED).any(1)], _singles(pool, groups)])


def _singles(pool: Pool, groups: np.ndarray) -> np.ndarray:
    """Groups (A, K) of one candidate each: of those that are in none of the groups (N, K)."""
    alone = np.setdiff1d(np.arange(len(pool.types)), groups)
    singles = np.full((len(alone), groups.shape[1]), UNMATCHED)
    singles[np.arange(len(alone)), pool.types[alone]] = alone
    return singles


def _match(worth: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Pairs of groups and candidates of the most total worth (N, M), those of worth 0 included."""
    if len(worth) <= _FEW_GROUPS:
        return assign(-worth)
    able = np.flatnonzero(worth.any(1))
    pick, group = assign(-worth[able].T)  # not made square: there are more groups than candidates
    return able[group], pick
