"""Targets of methods that look at each person alone, by hand and against MMPose."""

import numpy as np
import pytest
import torch
from mmpose.codecs import DecoupledHeatmap

from mmpose_ae.ops import distinct_people, extents, merge_people, overlap_sigmas, person_heatmaps


@pytest.mark.parametrize('overlap', [0.3, 0.7, 0.9])
def test_sigmas_are_those_of_mmpose(overlap):
    """Which takes the least of three radii."""
    sides = np.random.default_rng(0).uniform(0.5, 150, (200, 2)).astype(np.float32)
    boxes = np.zeros((200, 4, 2), np.float32)
    boxes[:, 1, 1], boxes[:, 2, 0] = sides[:, 1], sides[:, 0]
    codec = DecoupledHeatmap((64, 64), (16, 16), heatmap_min_overlap=overlap)
    expected = codec._get_instance_wise_sigmas(boxes)
    np.testing.assert_allclose(
        overlap_sigmas(torch.from_numpy(sides), overlap), expected, atol=1e-4
    )


def test_gaussians_by_hand():
    """At (2.25, 1) of a map of 5 x 3 cells: the nearest cell is 1, others are exact."""
    cells = torch.tensor([[[2.25, 1.0], [np.nan, 7.0]]])
    shown = torch.tensor([[True, False]])
    (maps,) = person_heatmaps(cells, shown, torch.tensor([0.5]), (5, 3), rounded=False)
    x = np.exp(-((np.arange(5) - 2.25) ** 2) / 0.5)
    y = np.exp(-((np.arange(3) - 1) ** 2) / 0.5)
    expected = y[:, None] * x
    expected[1, 2] = 1
    np.testing.assert_allclose(maps[0], expected, rtol=1e-5)
    assert not maps[1].any()
    (rounded,) = person_heatmaps(cells, shown, torch.tensor([0.5]), (5, 3), rounded=True)
    np.testing.assert_allclose(rounded[0, 1], np.exp(-((np.arange(5) - 2) ** 2) / 0.5), rtol=1e-5)


def test_maxima_of_people():
    maps = torch.tensor([1.0, 3.0, 2.0]).view(3, 1, 1, 1)
    merged = merge_people(maps, torch.tensor([0, 0, 2]), 3)
    assert merged.flatten().tolist() == [3, 0, 2]


def test_the_smaller_of_two_in_a_cell_is_left():
    image, cells = torch.tensor([0, 0, 0, 1]), torch.tensor([7, 7, 5, 7])
    assert distinct_people(image, cells, torch.tensor([3.0, 2.0, 9.0, 4.0])).tolist() == [2, 1, 3]
    assert distinct_people(image[:0], cells[:0], torch.zeros(0)).tolist() == []


def test_extents_of_what_is_visible():
    points = torch.tensor([[[1.0, 2.0], [4.0, 8.0], [np.nan, 99.0]]]).expand(2, 3, 2)
    visible = torch.tensor([[True, True, False], [False, False, False]])
    assert extents(points, visible).tolist() == [[3, 6], [0, 0]]
