"""Candidates of awkward maps, and their extraction as one graph."""

import pytest
import torch

from mmpose_ae.ops import find_candidates, finite_or_zero, gaussian_offset


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


def test_extraction_is_one_graph_for_a_compiler():
    """No step depends on the data, so it runs as one graph on a device."""

    def extract(heatmaps, tags):
        found = find_candidates(finite_or_zero(heatmaps), tags, 5, 7)
        cells = found.cells + gaussian_offset(heatmaps, found.cells)
        return found.scores, cells, found.tags

    torch.manual_seed(0)
    maps = torch.rand(2, 5, 12, 16), torch.randn(2, 10, 6, 8)
    compiled = torch.compile(extract, fullgraph=True, backend='aot_eager')
    for eager, traced in zip(extract(*maps), compiled(*maps)):
        torch.testing.assert_close(eager, traced)
