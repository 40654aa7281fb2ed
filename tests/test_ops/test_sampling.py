"""Tags and features under cells, against upsampling the whole maps and CenterGroup's release."""

import golden
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmpose_ae.ops import bilinear_corners, sample_features, sample_tags


def random_cells(size, count=40, types=3, batch=2):
    width, height = size
    xs, ys = (torch.randint(0, n, (batch, types, count)) for n in (width, height))
    return torch.stack([xs, ys], dim=-1)


def read_upsampled(features, cells, size):
    """Upsample (B, D, h, w) and read it, (B, K, M, D)."""
    dense = F.interpolate(features, size=size[::-1], mode='bilinear', align_corners=False)
    batch = torch.arange(len(cells))[:, None, None]
    return dense.permute(0, 2, 3, 1)[batch, cells[..., 1], cells[..., 0]]


@pytest.mark.parametrize(
    'case, name',
    golden.cases(
        'centergroup_peaks*.npz', 'in.locs', 'in.fmap2', 'out.{}', of=('single', 'multiscale')
    ),
)
def test_golden_features(case, name):
    cells = case.tensor('in.locs')[..., 1:]
    size = int(case['in.w']), int(case['in.h'])
    indices = [1] if name == 'single' else [0, 1, 2]
    maps = [case.tensor(f'in.fmap{i}') for i in indices]
    weights = [0.2, 0.6, 0.2] if len(maps) > 1 else None
    expected = case[f'out.{name}']
    np.testing.assert_allclose(
        sample_features(maps, cells, size, weights), expected, atol=1e-5, rtol=0
    )


def test_values_and_gradients_equal_upsampling():
    torch.manual_seed(0)
    size, features = (36, 24), torch.randn(2, 5, 6, 9, requires_grad=True)
    cells = random_cells(size)
    read = sample_features([features], cells, size)
    dense = read_upsampled(features, cells, size)
    torch.testing.assert_close(read, dense, rtol=1e-4, atol=1e-5)
    weights = torch.randn_like(read)
    ours, theirs = (
        torch.autograd.grad((values * weights).sum(), features)[0] for values in (read, dense)
    )
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_maps_weigh_alike_by_default():
    maps = [torch.full((1, 2, 3, 4), value) for value in (1.0, 3.0)]
    read = sample_features(maps, torch.zeros(1, 1, 1, 2, dtype=torch.long), (8, 6))
    assert read.tolist() == [[[[2.0, 2.0]]]]


def test_every_map_needs_a_weight():
    maps, cells = [torch.zeros(1, 2, 3, 4)] * 2, torch.zeros(1, 1, 1, 2, dtype=torch.long)
    with pytest.raises(ValueError, match='2 feature maps need as many weights'):
        sample_features(maps, cells, (8, 6), [0.2, 0.6, 0.2])


@pytest.mark.parametrize('coarse', [(9, 6), (12, 8), (36, 24), (7, 5)])
def test_corners_reproduce_upsampling(coarse):
    torch.manual_seed(0)
    size, coarse_map = (36, 24), torch.randn(2, 1, *coarse[::-1])
    cells = random_cells(size)
    corners, weights = bilinear_corners(cells, size, coarse)
    batch = torch.arange(2)[:, None, None, None]
    mixed = (coarse_map[:, 0][batch, corners[..., 1], corners[..., 0]] * weights).sum(-1)
    expected = read_upsampled(coarse_map, cells, size)[..., 0]
    torch.testing.assert_close(mixed, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('size', [(8, 12), (16, 24), (32, 48), (20, 30), (9, 13)])
def test_sampling_equals_upsampling_the_whole_map(size):
    torch.manual_seed(0)
    batch, dim, num_keypoints = 2, 3, 4
    tags = torch.randn(batch, dim * num_keypoints, 8, 12)
    cells = torch.stack(
        [torch.randint(0, n, (batch, num_keypoints, 50)) for n in reversed(size)], dim=-1
    )
    dense = F.interpolate(tags, size=size, mode='bilinear', align_corners=False)
    values = sample_tags(tags, cells, (size[1], size[0]))
    for b, k, m in np.ndindex(batch, num_keypoints, 50):
        x, y = cells[b, k, m]
        expected = dense[b, k::num_keypoints, y, x]  # channel l * K + k
        torch.testing.assert_close(values[b, k, m], expected, rtol=1e-4, atol=1e-5)
