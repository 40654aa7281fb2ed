"""Offsets around centers by hand, and reading maps between cells."""

import numpy as np
import torch
from scipy.ndimage import map_coordinates

from mmpose_ae.ops import dense_offsets, nearest_cells, read_between


def test_offsets_of_two_people_by_hand():
    """A square of two cells each on a map of 4 x 3; where both are, the smaller one counts."""
    cells = torch.tensor([[[[3.0, 0.0], [1.2, 1.0]], [[0.5, 2.0], [2.0, 1.9]]]])  # K is 1
    shown = torch.ones(1, 2, 2, dtype=torch.bool)
    offsets, weights = dense_offsets(cells, shown, torch.tensor([[4.0, 2.0]]), (4, 3), radius=1)
    large, small = 1 / 4, 1 / 2
    expected = torch.tensor([[large, large, 0, 0], [large, large, 0, 0], [0, 0, 0, 0]])
    expected[0:2, 1:3] = small  # from (1, 0.9) on
    assert torch.equal(weights[0, 0], expected)
    assert offsets[0, 0, :, 0, 0].tolist() == [3, 0]
    assert offsets[0, 0, :, 1, 1].tolist() == [-0.5, 1]
    assert not offsets[0, 0, :, 2].any()


def test_hidden_keypoints_leave_their_cells_to_others():
    cells = torch.tensor([[[[3.0, 0.0], [1.0, 1.0]], [[0.0, 2.0], [1.0, 1.0]]]])
    shown = torch.tensor([[[True, True], [False, True]]])
    _, weights = dense_offsets(cells, shown, torch.tensor([[4.0, 2.0]]), (4, 3), radius=1)
    assert weights[0, 0, :2, :2].tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_maps_are_read_as_scipy_reads_them():
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(2, 3, 5, 7)).astype(np.float32)
    cells = rng.uniform(-2, 9, (2, 3, 50, 2)).astype(np.float32)
    found = read_between(torch.from_numpy(maps), torch.from_numpy(cells))
    for image in range(2):
        for k in range(3):
            places = cells[image, k, :, ::-1].T
            expected = map_coordinates(maps[image, k], places, order=1, mode='nearest')
            np.testing.assert_allclose(found[image, k], expected, atol=1e-4)


def test_cells_of_other_maps():
    cells = torch.tensor([[0, 0], [3, 2], [4, 5], [7, 5]])
    assert nearest_cells(cells, (8, 6), (4, 3)).tolist() == [[0, 0], [1, 1], [2, 2], [3, 2]]
    assert nearest_cells(cells, (8, 6), (16, 12)).tolist() == [[1, 1], [7, 5], [9, 11], [15, 11]]
