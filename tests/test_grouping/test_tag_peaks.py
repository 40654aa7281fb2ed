"""Where the density of tags peaks."""

import numpy as np
import pytest

from mmpose_ae.grouping.pool import Pool
from mmpose_ae.grouping.tag_peaks import densest_tags, find_seeds


@pytest.mark.parametrize('tag, starts', [(0.9, [0]), (1.1, [0, 1.1])])
def test_groups_start_half_the_reach_apart(tag, starts):
    pool = Pool(np.arange(2), np.array([1, 0.9]), np.zeros((2, 2)), np.array([[0, tag]]).T)
    seeds = find_seeds(pool, reach=2, most=100)
    assert sorted(densest_tags(pool, seeds, reach=2)[:, 0]) == starts
