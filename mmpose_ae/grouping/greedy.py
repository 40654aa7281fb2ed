"""Greedy grouping of candidates by their tags, keypoint type after keypoint type."""

from typing import Optional, Sequence, Tuple

import numpy as np

from mmpose_ae.options import check_choice, check_count

from .assignment import SOLVERS, assign
from .candidates import UNMATCHED, Candidates, check_finite
from .scipy_routines import squared_distances

DISTANCES = ('euclidean', 'rms')
COSTS = ('rounded', 'capped', 'exact')
MATCHINGS = ('least_cost', 'best_score')
# Differences of tags that are held at a time; those of images of people are far fewer.
_MOST_DIFFERENCES = 2**20


class GreedyGrouping:
    """Group as the originals do: one pass over the keypoint types, nothing is taken back.

    The candidates of a type go to the instances found so far, by the distance between the
    candidate's tag and the instance's mean tag. A candidate that is left over or too far away
    starts an instance. Instances are known by their index, so equal tags cause no confusion.

    The released codes assign them at the least total cost ``100 * round(distance) - score``: among
    close tags the stronger peak wins. In the paper each person in turn takes the candidate of the
    highest score that is close enough.

    HigherHRNet's rule is ``max_open=30``; pose-ae-train's ``max_open=30, skip_when_full=True,
    distance='rms'``; CoupledEmbedding's ``cost='capped', inclusive=True``; the paper's
    ``matching='best_score'``.

    Args:
        distance (str): ``'euclidean'``, or ``'rms'``: the root of the mean over the tag
            dimensions, those of several views included, instead of their sum.
        cost (str): Of ``'least_cost'``: ``'rounded'``; ``'capped'``: any distance that rounds to
            more than one tag threshold is equally bad; ``'exact'``: without rounding, so that a
            better match is never given up and equal costs do not occur.
        inclusive (bool): Match at a distance that equals the tag threshold too.
        max_open (int, optional): Candidates may only join the first so many instances. None
            is no limit.
        skip_when_full (bool): Leave out the keypoint types that come after there are
            ``max_open`` instances, instead of letting their candidates start more.
        solver (str): Of ``'least_cost'``: see :func:`mmpose_ae.grouping.assignment.assign`.
        matching (str): ``'least_cost'`` as the released codes, or ``'best_score'`` as the paper;
            the instances then take turns in the order in which they were started.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3; costs as in the released codes.
    """

    def __init__(
        self,
        distance: str = 'euclidean',
        cost: str = 'rounded',
        inclusive: bool = False,
        max_open: Optional[int] = None,
        skip_when_full: bool = False,
        solver: str = 'scipy',
        matching: str = 'least_cost',
    ) -> None:
        check_choice('distance', distance, DISTANCES)
        check_choice('cost', cost, COSTS)
        check_choice('solver', solver, SOLVERS)
        check_choice('matching', matching, MATCHINGS)
        if max_open is not None:
            check_count('max_open', max_open, 1)
        self.distance = distance
        self.cost = cost
        self.inclusive = inclusive
        self.max_open = max_open
        self.skip_when_full = skip_when_full
        self.solver = solver
        self.matching = matching

    def __call__(
        self, candidates: Candidates, order: Sequence[int], tag_threshold: float
    ) -> np.ndarray:
        """Group the candidates of one image into instances.

        Args:
            candidates (Candidates): Arrays of one image; score 0 is no candidate.
            order (sequence): All keypoint types in the order in which they are grouped.
            tag_threshold (float): Tag distance from which on a candidate does not match.

        Returns:
            np.ndarray: For each instance the index of its candidate per keypoint type, (N, K),
            int64; -1 where the keypoint is missing.

        Raises:
            ValueError: If a candidate is not finite.
        """
        # In double precision, as the releases: it decides between almost equal costs.
        scores, tags = candidates.scores.astype(float), candidates.tags.astype(float)
        found = scores > 0
        check_finite(scores, candidates.cells[found], tags[found])
        num_keypoints, most = scores.shape[0], scores.size
        members = np.full((most, num_keypoints), UNMATCHED)
        tag_sums = np.zeros((most, tags.shape[-1]))
        sizes = np.zeros((most, 1))
        count = 0
        for k in order:
            num_open = count if self.max_open is None else min(count, self.max_open)
            if self.skip_when_full and num_open == self.max_open:
                break
            found = np.flatnonzero(scores[k] > 0)
            mean_tags = tag_sums[:num_open] / sizes[:num_open]
            instance = self._match(scores[k, found], tags[k, found], mean_tags, tag_threshold)
            new = instance == UNMATCHED
            instance[new] = count + np.arange(new.sum())
            count += new.sum()
            members[instance, k] = found
            tag_sums[instance] += tags[k, found]
            sizes[instance] += 1
        return members[:count]

    def _match(
        self, scores: np.ndarray, tags: np.ndarray, mean_tags: np.ndarray, threshold: float
    ) -> np.ndarray:
        """Instance of each candidate of one keypoint type, (M,); -1 where it starts a new one."""
        instance = np.full(len(scores), UNMATCHED)
        if not len(scores) or not len(mean_tags):
            return instance
        distance = _distances(tags, mean_tags)
        if self.distance == 'rms':
            distance = distance / np.sqrt(tags.shape[-1])
        close = distance <= threshold if self.inclusive else distance < threshold
        if self.matching == 'best_score':
            rows, columns = _take_turns(scores, close)
        else:
            rows, columns = assign(self._pair_cost(distance, scores, threshold), self.solver)
        matched = close[rows, columns]
        instance[rows[matched]] = columns[matched]
        return instance

    def _pair_cost(self, distance: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
        if self.cost == 'capped':
            steps = np.round(distance / threshold)
            return np.where(steps > 1, 1e5, steps) - scores[:, None]
        steps = np.round(distance) if self.cost == 'rounded' else distance
        return 100 * steps - scores[:, None]


def _distances(tags: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Euclidean distance of every tag (M, L) to others (N, L), (M, N)."""
    if len(tags) * others.size > _MOST_DIFFERENCES:
        return np.sqrt(squared_distances(tags, others))
    return np.linalg.norm(tags[:, None] - others, axis=-1)  # rounds as the releases do


def _take_turns(scores: np.ndarray, close: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Let each instance in turn take the best candidate that is close to it and free.

    Args:
        scores (np.ndarray): Scores of the candidates, (M,).
        close (np.ndarray): Which candidates are close to which instances, (M, N), bool.

    Returns:
        tuple: Candidate and instance of each pair, int64.
    """
    ranking = np.argsort(-scores, kind='stable')
    free = close[ranking]
    rows, columns = [], []
    for column in np.flatnonzero(free.any(0)):
        best = free[:, column].argmax()
        if free[best, column]:
            rows.append(ranking[best])
            columns.append(column)
            free[best] = False
    return np.array(rows, np.int64), np.array(columns, np.int64)
