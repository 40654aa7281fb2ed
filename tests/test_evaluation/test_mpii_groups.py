"""Whose group a predicted person is in."""

import numpy as np
import pytest

from mmpose_ae.evaluation.mpii_groups import EVALUATED, TRUNK, are_inside, group_region


def test_evaluated_keypoints():
    """All but pelvis and thorax."""
    assert sorted([*EVALUATED, *TRUNK]) == list(range(16)) and TRUNK == [6, 7]


def test_region_grows_with_the_people():
    """The margins of Cao et al. for a scale of 2: s0 = 41/35/2, 368/(2.5 s0)/4 and 368/(2 s0)/4."""
    low, high = group_region(np.array([[300, 200], [400, 250]]), np.array([1, 3]), (1000, 280))
    s0 = 41 / 35 / 2
    margin = [368 / (s0 * 2.5) * 0.25, 368 / (s0 * 2) * 0.25]
    assert low == pytest.approx([300 - margin[0], 200 - margin[1]])
    assert high == pytest.approx([400 + margin[0], 279])  # the last row of the image


@pytest.mark.parametrize(
    'places, inside',
    [
        ({0: (15, 15), 1: (5, 5)}, False),  # mean on the edge
        ({0: (15, 15), 1: (5.1, 5.1)}, True),
        ({0: (99, 99), 6: (12, 12), 7: (16, 16)}, True),  # the trunk
        ({0: (99, 99), 6: (12, 12)}, False),  # half a trunk is none
        ({6: (12, 12)}, False),
        ({}, False),
    ],
)
def test_mean_or_trunk_inside(places, inside):
    keypoints, found = np.zeros((1, 16, 2)), np.zeros((1, 16), bool)
    for keypoint, place in places.items():
        keypoints[0, keypoint], found[0, keypoint] = place, True
    region = np.array([10.0, 10.0]), np.array([20.0, 20.0])
    assert are_inside(region, keypoints, found).tolist() == [inside]


def test_no_people():
    region = np.zeros(2), np.ones(2)
    assert are_inside(region, np.zeros((0, 16, 2)), np.zeros((0, 16), bool)).shape == (0,)
