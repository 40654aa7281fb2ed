"""What takes the place of scipy where it is not installed, against scipy."""

import time

import numpy as np
import pytest
from scipy import optimize
from scipy.spatial.distance import cdist

from mmpose_ae.grouping.numpy_routines import linear_sum_assignment, squared_distances

RNG = np.random.default_rng(0)
COSTS = {
    'any': lambda shape: RNG.normal(size=shape),
    'ties': lambda shape: RNG.integers(0, 3, shape).astype(float),
    'all equal': lambda shape: np.ones(shape),
    'mostly zero': lambda shape: -RNG.uniform(size=shape) * (RNG.uniform(size=shape) < 0.2),
    'padded': lambda shape: np.where(np.arange(shape[1]) < 2, RNG.normal(size=shape), 1e10),
}


@pytest.mark.parametrize('kind', COSTS)
@pytest.mark.parametrize('shape', [(0, 3), (1, 1), (1, 6), (5, 5), (4, 9), (12, 12), (30, 40)])
def test_pairs_are_those_of_scipy_also_among_equal_ones(kind, shape):
    for _ in range(20 if shape[0] < 20 else 3):
        cost = COSTS[kind](shape)
        expected = optimize.linear_sum_assignment(cost)
        for ours, theirs in zip(linear_sum_assignment(cost), expected):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize('length', [1, 2, 6])
def test_distances_are_those_of_scipy(length):
    first, second = RNG.normal(size=(7, length)), RNG.normal(size=(0, length))
    assert squared_distances(first, second).shape == (7, 0)
    expected = cdist(first, first[:3], 'sqeuclidean')
    np.testing.assert_allclose(squared_distances(first, first[:3]), expected, rtol=1e-13)


def test_time_grows_by_the_third_power_at_most():
    few, many = (RNG.normal(size=(size, size)) for size in (20, 60))

    def seconds(cost):
        start = time.process_time()
        linear_sum_assignment(cost)
        return time.process_time() - start

    assert min(seconds(many) for _ in range(3)) < 27 * min(seconds(few) for _ in range(3))
