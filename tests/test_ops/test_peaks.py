"""Peaks against max pooling and brute force."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmpose_ae.ops import find_candidates, find_peaks, peaks


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
    heatmap[..., 3:7, 4:8] = 1.0  # an integer-centered peak upsampled by 4
    assert find_peaks(heatmap, 5)[..., 2:8, 3:9].sum() == 1


def test_even_kernel_is_refused():
    with pytest.raises(ValueError, match='kernel_size must be odd, got 4'):
        find_peaks(torch.zeros(3, 3), 4)


def test_large_maps_are_searched_in_parts(monkeypatch):
    torch.manual_seed(0)
    heatmaps, tags = torch.rand(2, 5, 12, 16), torch.randn(2, 10, 6, 8)
    at_once = find_candidates(heatmaps, tags, 5, 7)
    two_types = dict(cpu=2 * 2 * 12 * 16)
    monkeypatch.setattr(peaks, '_CELLS_AT_ONCE', dict(peaks._CELLS_AT_ONCE, **two_types))
    for whole, parts in zip(at_once, find_candidates(heatmaps, tags, 5, 7)):
        assert torch.equal(whole, parts)
