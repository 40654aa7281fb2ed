"""Position encodings against those of the release of CenterGroup and of MMDetection."""

import golden
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmdet.models.layers import SinePositionalEncoding

from mmpose_ae.models.center_group import encode_positions, sine_encoding


def all_cells(width, height):
    """Every cell (x, y) of a map in reading order, (1, 1, H * W, 2)."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')
    return torch.stack([x, y], dim=-1).reshape(1, 1, -1, 2)


@pytest.mark.parametrize('case', golden.cases('centergroup_peaks*.npz', 'in.mask', 'out.pos'))
def test_golden_position_encodings(case):
    inside = ~case.tensor('in.mask')
    dim = 2 * int(case['in.num_pos_feats'])
    batch, height, width = inside.shape
    cells = all_cells(width, height).expand(batch, -1, -1, -1)
    ours = encode_positions(inside, cells, (width, height), dim)
    expected = case['out.pos'].reshape(batch, 1, dim, -1).swapaxes(2, 3)
    np.testing.assert_allclose(ours, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize('stride', [1, 2, 4])
def test_reading_equals_upsampling_a_dense_encoding(stride):
    """With any mask; the image need not be a rectangle."""
    torch.manual_seed(0)
    inside = torch.rand(2, 8, 11) > 0.3
    size = 11 * stride, 8 * stride
    cells = all_cells(*size).view(1, 4, -1, 2).expand(2, -1, -1, -1)
    dense = SinePositionalEncoding(num_feats=16)(~inside)
    dense = F.interpolate(dense, size=size[::-1], mode='bilinear', align_corners=False)
    expected = dense.flatten(2).transpose(1, 2).unflatten(1, (4, -1))
    torch.testing.assert_close(
        encode_positions(inside, cells, size, 32), expected, atol=1e-5, rtol=1e-4
    )


def test_encoding_by_hand():
    """Wavelengths 2 pi and 200 pi; y comes first."""
    encoded = sine_encoding(torch.tensor([[torch.pi / 2, torch.pi]]), dim=8, temperature=1e4)
    expected = [[0, -1, np.sin(np.pi / 100), np.cos(np.pi / 100),
                 1, 0, np.sin(np.pi / 200), np.cos(np.pi / 200)]]  # fmt: skip
    np.testing.assert_allclose(encoded, expected, atol=1e-6)


def test_the_size_must_be_a_multiple_of_four():
    with pytest.raises(ValueError, match='multiple of 4, got 30'):
        sine_encoding(torch.zeros(1, 2), 30)
