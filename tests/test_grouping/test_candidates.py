"""Peaks and candidates against max pooling, brute force and awkward maps."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmpose_ae.grouping import (
    candidates,
    find_candidates,
    find_peaks,
    finite_or_zero,
    gaussian_offset,
    sample_tags,
)


@pytest.mark.parametrize('kernel', [1, 3, 5, 7])
@pytest.mark.parametrize('size', [(20, 31), (1, 9), (2, 2), (7, 1)])
def test_distinct_values_equal_max_pooling(kernel, size):
    torch.manual_seed(0)
    maps = torch.rand(2, 3, *size)
    pooled = F.max_pool2d(maps, kernel, stride=1, padding=kernel // 2)
    assert torch.equal(find_peaks(maps, kernel), maps == pooled)


@settings(max_examples=60, deadline=None)
@given(arrays(np.int8, (6, 8), elements=st.integers(0, 3)))
def test_ties_against_brute_force(values):
    """A peak is not below any cell of its window and above every earlier one in it."""
    expected = np.zeros(values.shape, bool)
    for y, x in np.ndindex(*values.shape):
        window = [
            (values[v, u], (v, u))
            for v in range(max(y - 1, 0), min(y + 2, 6))
            for u in range(max(x - 1, 0), min(x + 2, 8))
            if (v, u) != (y, x)
        ]
        expected[y, x] = all(
            values[y, x] > other if place < (y, x) else values[y, x] >= other
            for other, place in window
        )
    assert np.array_equal(find_peaks(torch.from_numpy(values).float(), 3).numpy(), expected)


def test_a_plateau_is_one_candidate():
    heatmap = torch.zeros(1, 1, 12, 12)
    heatmap[..., 3:7, 4:8] = 1.0  # an integer-centred peak upsampled by 4
    assert find_peaks(heatmap, 5)[..., 2:8, 3:9].sum() == 1


def test_even_kernel_is_refused():
    with pytest.raises(ValueError, match='odd and positive, got 4'):
        find_peaks(torch.zeros(3, 3), 4)


def test_candidates_of_a_small_map_by_hand():
    heatmaps = torch.tensor([[[[0.9, 0.1, 0.1, 0.1, 0.7], [0.1, 0.1, 0.1, 0.1, 0.1]]]])
    tags = torch.arange(20.0).view(1, 2, 2, 5)  # L = 2
    found = find_candidates(heatmaps, tags, kernel_size=3, max_candidates=30)
    assert found.scores.shape == (1, 1, 10)  # no more candidates than cells
    assert found.scores[0, 0, :3].tolist() == pytest.approx([0.9, 0.7, 0.0])
    assert found.cells[0, 0, :2].tolist() == [[0, 0], [4, 0]]
    assert found.tags[0, 0, :2].tolist() == [[0.0, 10.0], [4.0, 14.0]]


def test_values_that_are_not_finite_are_no_candidates():
    heatmaps = torch.full((1, 1, 9, 9), 0.2)
    heatmaps[0, 0, 4, 4] = 0.8
    heatmaps[0, 0, 1, 1], heatmaps[0, 0, 7, 7], heatmaps[0, 0, 4, 3] = (
        torch.nan,
        torch.inf,
        torch.nan,
    )
    tags = torch.zeros(1, 1, 9, 9)
    found = find_candidates(finite_or_zero(heatmaps), tags, 5, 5)
    assert found.cells[0, 0, 0].tolist() == [4, 4] and found.scores[0, 0, 0] == pytest.approx(0.8)
    tags[0, 0, 4, 4] = torch.nan
    found = find_candidates(finite_or_zero(heatmaps), tags, 5, 5)
    assert found.scores[0, 0, 0] == 0.0 and torch.isfinite(found.tags).all()


def test_large_maps_are_searched_in_parts(monkeypatch):
    torch.manual_seed(0)
    heatmaps, tags = torch.rand(2, 5, 12, 16), torch.randn(2, 10, 6, 8)
    at_once = find_candidates(heatmaps, tags, 5, 7)
    two_types = dict(cpu=2 * 2 * 12 * 16)
    monkeypatch.setattr(candidates, '_CELLS_AT_ONCE', dict(candidates._CELLS_AT_ONCE, **two_types))
    for whole, parts in zip(at_once, find_candidates(heatmaps, tags, 5, 7)):
        assert torch.equal(whole, parts)


def test_extraction_is_one_graph_for_a_compiler():
    """No step depends on the data, so it runs as one graph on a device."""

    def extract(heatmaps, tags):
        found = find_candidates(finite_or_zero(heatmaps), tags, 5, 7)
        return found._replace(cells=found.cells + gaussian_offset(heatmaps, found.cells))

    torch.manual_seed(0)
    maps = torch.rand(2, 5, 12, 16), torch.randn(2, 10, 6, 8)
    compiled = torch.compile(extract, fullgraph=True, backend='aot_eager')
    for eager, traced in zip(extract(*maps), compiled(*maps)):
        torch.testing.assert_close(eager, traced)


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
