import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from mmpose_ae.export.poses.auction import auction

RAISE = 1e-3


def best_total(worth):
    rows, columns = linear_sum_assignment(-worth)
    return worth[rows, columns].sum()


@pytest.mark.parametrize('rows, columns', [(1, 1), (6, 4), (4, 6), (8, 8)])
def test_total_worth_is_near_the_best(rows, columns):
    rng = np.random.default_rng(rows * columns)
    worth = rng.random((2, 25, rows, columns)) * (rng.random((2, 25, rows, columns)) < 0.6)
    picked = auction(torch.from_numpy(worth), 400, RAISE).numpy()
    assert (picked >= -1).all()
    for matrix, columns_of in zip(worth.reshape(-1, rows, columns), picked.reshape(-1, rows)):
        taken = columns_of[columns_of >= 0]
        assert len(taken) == len(set(taken))
        own = matrix[np.flatnonzero(columns_of >= 0), taken]
        assert (own > 0).all()
        assert own.sum() >= best_total(matrix) - rows * RAISE * matrix.max() - 1e-9


def test_best_first_would_be_worse():
    # Row 0 wants column 0 most, but row 1 can take nothing else: 5 + 4 is more than 6.
    worth = torch.tensor([[6.0, 5.0], [4.0, 0.0]])
    assert auction(worth, 8, RAISE).tolist() == [1, 0]


def test_pairs_without_worth_are_not_made():
    assert auction(torch.zeros(3, 2, 4), 4, RAISE).tolist() == [[-1, -1]] * 3


def test_the_first_of_equal_rows_and_columns_are_taken():
    assert auction(torch.ones(2, 1), 8, RAISE).tolist() == [0, -1]
    assert auction(torch.ones(1, 3), 8, RAISE).tolist() == [0]
