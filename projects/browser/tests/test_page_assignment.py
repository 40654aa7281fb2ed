"""The page's assignment against scipy's, ties included."""

import numpy as np
import pytest
from javascript import run

from mmpose_ae.grouping.assignment import assign


@pytest.mark.parametrize('values', [2, 5, None])  # few values: many ties
def test_pairs_are_those_of_scipy(values):
    rng = np.random.default_rng(0)
    shapes = rng.integers(1, 12, (100, 2))
    draw = rng.random if values is None else lambda shape: rng.integers(0, values, shape) / 1.0
    costs = [-draw(tuple(shape)) for shape in shapes]
    given = [cost.tolist() for cost in costs]
    found = run('decoding/assignment.js', 'assign', 'given.costs.map(assign)', costs=given)
    expected = [np.stack(assign(cost), axis=-1).tolist() for cost in costs]
    assert found == expected


def test_without_rows_there_are_no_pairs():
    assert run('decoding/assignment.js', 'assign', 'assign([])') == []
