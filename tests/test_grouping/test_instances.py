"""Instances by hand."""

import numpy as np

from mmpose_ae.grouping import Instances
from mmpose_ae.grouping.instances import fill_instances


def test_keypoints_that_were_not_found_stay_where_they_are():
    """Of two missing keypoints the search has found one."""
    instances = Instances(
        np.array([[[1.0, 1.0], [2.0, 2.0], [2.0, 2.0]]]), np.array([[0.9, 0, 0]]), np.ones((1, 1))
    )
    cells = np.arange(6.0).reshape(1, 3, 2) + 10
    filled = fill_instances(instances, cells, np.array([[0, 0.2, 0]]))
    assert filled.cells.tolist() == [[[1, 1], [12, 13], [2, 2]]]
    assert filled.scores.tolist() == [[0.9, 0.2, 0]]
    assert filled.tags is instances.tags
