"""Candidates in one row: parts of them, and what they weigh near a tag."""

import numpy as np
import pytest

from mmpose_ae.grouping.pool import PAIRS_AT_ONCE, Pool


@pytest.mark.parametrize('num_groups', [0, 1, 10**5, PAIRS_AT_ONCE, 10**7])
def test_parts_are_whole_types(num_groups):
    types = np.repeat([0, 2, 3, 7], [3, 1, 4, 2])
    pool = Pool(types, np.arange(10.0), np.zeros((10, 2)), np.zeros((10, 1)))
    parts = list(pool.parts(num_groups))
    assert np.concatenate([part.scores for _, part in parts]).tolist() == list(range(10))
    assert all(part.scores[0] == start for start, part in parts)
    for (_, one), (_, other) in zip(parts, parts[1:]):
        assert one.types[-1] != other.types[0]
    assert len(parts) == (4 if num_groups >= PAIRS_AT_ONCE else 1)


def test_weights_of_candidates_by_distance():
    """(1 - (d / reach)^2)^2 times the score: at half the reach 9/16, from the reach on nothing."""
    pool = Pool(np.arange(4), np.full(4, 0.8), np.zeros((4, 2)), np.array([[0, 1, 1.99, 2]]).T)
    rows, found, squared, weight = pool.weigh(np.zeros((1, 1)), reach=2)
    assert rows.tolist() == [0, 0, 0] and found.tolist() == [0, 1, 2]
    np.testing.assert_allclose(squared, [0, 1, 1.99**2])
    np.testing.assert_allclose(weight, [0.8, 0.8 * 9 / 16, 0.8 * (1 - 0.99003) ** 2], rtol=1e-2)
