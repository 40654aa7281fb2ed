"""Sub-cell offsets: exact Gaussians, the quarter rule by hand, borders."""

import pytest
import torch

from mmpose_ae.ops import OFFSETS, gaussian_offset, quarter_offset, released_offset


def gaussian(x, y, size=(15, 17), sigma=2.0):
    rows, columns = torch.arange(size[0])[:, None], torch.arange(size[1])
    return torch.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * sigma**2))


@pytest.mark.parametrize('dx, dy', [(0.0, 0.0), (0.3, -0.45), (-0.5, 0.5), (0.11, 0.2)])
def test_gaussian_fit_is_exact(dx, dy):
    offset = gaussian_offset(gaussian(8 + dx, 7 + dy)[None], torch.tensor([[[8, 7]]]))
    assert offset[0, 0].tolist() == pytest.approx([dx, dy], abs=1e-4)


def test_quarter_points_to_the_higher_neighbor():
    offset = quarter_offset(gaussian(8.2, 6.7)[None], torch.tensor([[[8, 7]]]))
    assert offset[0, 0].tolist() == [0.25, -0.25]
    assert quarter_offset(torch.ones(1, 5, 5), torch.tensor([[[2, 2]]])).eq(0).all()


def test_released_rule_differs_where_neighbors_are_equal():
    """From the released codes: ``if right > left: x += 0.25 else: x -= 0.25``."""
    heatmap = torch.tensor([[[0.1, 0.2, 0.1], [0.5, 0.9, 0.5], [0.3, 0.4, 0.3]]])
    assert released_offset(heatmap, torch.tensor([[[1, 1]]]))[0, 0].tolist() == [-0.25, 0.25]


@pytest.mark.parametrize('rule', OFFSETS.values())
def test_corners_and_flat_maps_are_finite(rule):
    maps = torch.stack([gaussian(0.0, 0.0), torch.zeros(15, 17), -torch.ones(15, 17)])
    cells = torch.tensor([[0, 0], [16, 14], [16, 0], [8, 7]]).expand(3, -1, -1)
    offsets = rule(maps, cells)
    assert offsets.shape == (3, 4, 2) and offsets.abs().max() <= 0.5
    assert torch.isfinite(offsets).all()


def test_fit_at_the_border_keeps_the_cell():
    offset = gaussian_offset(gaussian(0.3, 7.2)[None], torch.tensor([[[0, 7]]]))
    assert offset[0, 0].tolist() == pytest.approx([0.0, 0.2], abs=1e-4)


def test_single_cell_map():
    assert gaussian_offset(torch.ones(1, 1, 1), torch.zeros(1, 1, 2).long()).eq(0).all()
