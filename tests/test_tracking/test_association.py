"""The optimal assignment with a threshold, by brute force."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.tracking import match


def greatest_gain(similarity, threshold):
    """The greatest sum of what exceeds the threshold, of all ways to choose pairs."""
    gain = np.maximum(similarity - threshold, 0)
    gain = gain if gain.shape[0] <= gain.shape[1] else gain.T
    rows = range(len(gain))
    return max(gain[rows, list(c)].sum() for c in permutations(range(gain.shape[1]), len(gain)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 5), st.sampled_from([0, 0.3, 0.9]))
def test_the_best_of_all_assignments(seed, num_rows, num_columns, threshold):
    similarity = np.random.default_rng(seed).integers(0, 8, (num_rows, num_columns)) / 8
    rows, columns = match(similarity, threshold)
    assert len(set(columns)) == len(columns) and (np.diff(rows) > 0).all()
    assert (similarity[rows, columns] > threshold).all()
    best = greatest_gain(similarity, threshold)
    assert (similarity[rows, columns] - threshold).sum() == pytest.approx(best)


def test_a_bad_pair_costs_no_good_one():
    """Greedily the first row would take .9; without the threshold two pairs might sum to more."""
    rows, columns = match(np.array([[0.9, 0.8], [0.8, 0.1]]), 0.3)
    assert list(zip(rows, columns)) == [(0, 1), (1, 0)]
    rows, columns = match(np.array([[0.9, 0.29], [0.28, 0.1]]), 0.3)
    assert list(zip(rows, columns)) == [(0, 0)]


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0)])
def test_nobody(shape):
    rows, columns = match(np.zeros(shape), 0.3)
    assert len(rows) == len(columns) == 0
