"""One-to-one assignment of candidates to instances."""

from typing import Tuple

import numpy as np

from .scipy_routines import linear_sum_assignment

# The released codes make a tall cost matrix square with this; the choice among equally good
# assignments depends on it.
_PADDING = 1e10


def _munkres(cost: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    from munkres import Munkres  # only for exact comparison with the released codes

    rows, columns = np.array(Munkres().compute(cost.tolist()), np.int64).reshape(-1, 2).T
    return rows, columns


SOLVERS = {'scipy': linear_sum_assignment, 'munkres': _munkres}


def assign(cost: np.ndarray, solver: str = 'scipy') -> Tuple[np.ndarray, np.ndarray]:
    """Choose pairs of rows and columns at the least total cost.

    Args:
        cost (np.ndarray): Cost of each pair, (M, N), finite.
        solver (str): ``'scipy'``, or ``'munkres'`` to break ties between equally good
            assignments as the released codes do (the package munkres, about 30 times slower).

    Returns:
        tuple: Row and column of each pair, rows ascending, min(M, N) each, int64.
    """
    num_rows, num_columns = cost.shape
    padding = np.full((num_rows, max(num_rows - num_columns, 0)), _PADDING)
    rows, columns = SOLVERS[solver](np.concatenate([cost, padding], axis=1))
    kept = columns < num_columns
    return rows[kept], columns[kept]
