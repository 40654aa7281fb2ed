"""What grouping and tracking need of scipy, for where it is not installed: the same, slower."""

from math import inf
from typing import List, Tuple

import numpy as np


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared Euclidean distance of every pair of rows.

    Args:
        first (np.ndarray): (N, L).
        second (np.ndarray): (P, L).

    Returns:
        np.ndarray: (N, P), float64.
    """
    squared = np.zeros((len(first), len(second)))
    for ours, theirs in zip(first.T, second.T):  # one after the other, as scipy adds them up
        squared += np.square(np.subtract.outer(ours, theirs))
    return squared


def linear_sum_assignment(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Choose pairs of rows and columns at the least total cost, among equal ones those of scipy.

    Rows are added one after the other, each by the cheapest path of changes to the pairs so far.

    Args:
        cost (np.ndarray): Cost of each pair, (M, N), finite, M at most N.

    Returns:
        tuple: Row and column of each pair, rows ascending, M each, int64.

    Source: Crouse 2016, On implementing 2D rectangular assignment algorithms.
    """
    search = _PathSearch(cost)
    for row in range(len(cost)):
        search.add(row)
    return np.arange(len(cost)), np.array(search.column_of, np.int64)


class _PathSearch:
    """Pairs of the rows that were added; prices say what rows and columns are worth to them.

    In lists: of the few rows and columns that images of people have, arrays would be slower.
    """

    def __init__(self, cost: np.ndarray) -> None:
        self._cost = cost.tolist()
        self._row_price = [0.0] * cost.shape[0]
        self._column_price = [0.0] * cost.shape[1]
        self._row_of = [-1] * cost.shape[1]
        self.column_of = [-1] * cost.shape[0]

    def add(self, row: int) -> None:
        """Pair one row more."""
        lengths, came_from = [inf] * len(self._row_of), [-1] * len(self._row_of)
        column, total, visited = self._find_free_column(row, lengths, came_from)
        self._row_price[row] += total
        for j in visited:
            if self._row_of[j] >= 0:
                self._row_price[self._row_of[j]] += total - lengths[j]
            self._column_price[j] -= total - lengths[j]
        while True:
            i = came_from[column]
            self._row_of[column] = i
            self.column_of[i], column = column, self.column_of[i]
            if i == row:
                return

    def _find_free_column(
        self, row: int, lengths: List[float], came_from: List[int]
    ) -> Tuple[int, float, List[int]]:
        """The free column that ends the shortest path from a row, its length, and all on the way.

        Notes the length of the path to each column, and the row before it.
        """
        total, visited = 0.0, []
        left = list(range(len(lengths) - 1, -1, -1))  # so that equal costs pair equal numbers
        while True:
            costs, price, nearest, place = self._cost[row], self._row_price[row], inf, -1
            for at, j in enumerate(left):
                length = total + costs[j] - price - self._column_price[j]
                if length < lengths[j]:
                    lengths[j], came_from[j] = length, row
                length = lengths[j]
                if length < nearest or (length == nearest and self._row_of[j] < 0):
                    nearest, place = length, at
            total, column = nearest, left[place]
            visited.append(column)
            if self._row_of[column] < 0:
                return column, total, visited
            row = self._row_of[column]
            left[place] = left[-1]
            left.pop()
