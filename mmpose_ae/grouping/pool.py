"""Candidates of all keypoint types in one row, and what groups of them have in common."""

from typing import Iterator, NamedTuple, Tuple, Union

import numpy as np

from .candidates import UNMATCHED
from .scipy_routines import squared_distances

# About so many pairs of groups and candidates are held at a time.
PAIRS_AT_ONCE = 2**20


class Pool(NamedTuple):
    """P candidates of one image, ordered by keypoint type.

    Attributes:
        types (np.ndarray): Keypoint types, (P,), int64, ascending.
        scores (np.ndarray): (P,), above 0.
        cells (np.ndarray): Positions (x, y) in heatmap cells, (P, 2).
        tags (np.ndarray): In tag thresholds, (P, L).
    """

    types: np.ndarray
    scores: np.ndarray
    cells: np.ndarray
    tags: np.ndarray

    def take(self, index: Union[slice, np.ndarray]) -> 'Pool':
        """Keep the candidates of an index."""
        return Pool(*(values[index] for values in self))

    def parts(self, num_groups: int) -> Iterator[Tuple[int, 'Pool']]:
        """Cut into whole keypoint types whose pairs with so many groups are few enough.

        Gives the index of each part's first candidate, and the part.
        """
        if num_groups * len(self.types) <= PAIRS_AT_ONCE:
            yield 0, self
            return
        starts = np.flatnonzero(np.diff(self.types, prepend=-1))
        most = PAIRS_AT_ONCE // num_groups or 1
        cuts = starts[np.flatnonzero(np.diff(starts // most, prepend=-1))]
        for start, end in zip(cuts, [*cuts[1:], len(self.types)]):
            yield start, self.take(slice(start, end))

    def weigh(
        self, centers: np.ndarray, reach: float
    ) -> Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Pair centers with the candidates whose tags are within reach.

        Args:
            centers (np.ndarray): Tags, (N, L).
            reach (float): Distance at which the weight has fallen to 0 (the biweight kernel); at
                distance 0 it is the candidate's score.

        Returns:
            tuple: The center, the candidate, the squared distance and the weight of each pair,
            ordered by center.
        """
        squared = squared_distances(centers, self.tags)
        rows, found = (squared < reach**2).nonzero()
        squared = squared[rows, found]
        weight = self.scores[found] * (1 - squared / reach**2) ** 2
        return rows, found, squared, weight

    def mean_tags(self, groups: np.ndarray) -> np.ndarray:
        """Mean tags of groups (N, K), weighted by the scores, (N, L)."""
        weight = np.where(groups == UNMATCHED, 0, self.scores[groups])
        return (weight[..., None] * self.tags[groups]).sum(1) / weight.sum(1)[:, None]
