"""Routines of scipy without the packages around them, against scipy's public functions."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from mmpose_ae.grouping import scipy_routines

SHAPES = [(1, 1), (3, 5), (6, 2), (0, 4), (3, 0)]


@pytest.mark.parametrize('shape', SHAPES)
def test_assignment(shape):
    cost = np.random.default_rng(0).normal(size=shape)
    found = scipy_routines.linear_sum_assignment(cost)
    for ours, theirs in zip(found, linear_sum_assignment(cost)):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize('shape', SHAPES)
def test_squared_distances(shape):
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(count, 2)) for count in shape)
    found = scipy_routines.squared_distances(first, second)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, cdist(first, second) ** 2, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize('package, name', [
    ('optimize', 'linear_sum_assignment'),
    ('spatial.distance', 'cdist'),
])  # fmt: skip
def test_public_functions_serve_where_extensions_do_not(package, name):
    """What takes their place in a version of scipy that has them elsewhere."""
    public = scipy_routines._public(package, name)
    assert public is (linear_sum_assignment if name == 'linear_sum_assignment' else cdist)


@pytest.mark.parametrize(
    'place', [('special', '_absent', 'f'), ('optimize', '_absent', 'f'), ('fft', '_absent', 'f')]
)
def test_what_is_not_there_is_none(place):
    """Whether the package was imported already (optimize) or not."""
    assert scipy_routines.load_routine(*place) is None
