"""Joining of groups, pair by pair."""

import numpy as np

from mmpose_ae.grouping.joining import join_groups
from mmpose_ae.grouping.pool import Pool


def test_what_was_joined_is_not_joined_with_what_it_has_in_common():
    """A and B are closest; C and D have a type in common with B, and are close to A alone."""
    tags = np.array([[0.0], [0.1], [0.3], [0.3]])
    pool = Pool(np.array([0, 1, 1, 2]), np.ones(4), np.zeros((4, 2)), tags)
    groups = np.array([[0, -1, -1], [-1, 1, -1], [-1, 2, 3]])
    assert join_groups(pool, groups, join_below=3.0).tolist() == [[0, 1, -1], [-1, 2, 3]]
