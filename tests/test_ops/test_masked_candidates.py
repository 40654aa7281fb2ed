"""Candidates with a mask, against the release of CenterGroup and by hand."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.ops import find_masked_candidates


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_peaks*.npz', 'in.heatmaps', 'out.keep_mask', 'out.kp_pos')
)
def test_golden_candidates(case):
    inputs = case.tensors('in.')
    found = find_masked_candidates(
        inputs['heatmaps'],
        kernel_size=int(inputs['nms_kernel']),
        max_candidates=int(inputs['top_k_per_type']),
        min_score=float(inputs['min_score']),
        min_candidates=int(inputs['min_top_k_per_type']),
        mask=inputs.get('mask'),
    )
    kept = case['out.keep_mask']
    np.testing.assert_array_equal(found.mask, kept)
    np.testing.assert_array_equal(found.scores, case['out.kp_score'])
    np.testing.assert_array_equal(found.cells[kept], case['out.kp_pos'][kept][:, 1:])


def draw(values, size=(20, 20)):
    """One heatmap (1, 1, H, W) with the given values at cells (x, y)."""
    heatmap = torch.zeros(1, 1, *size)
    for (x, y), value in values.items():
        heatmap[0, 0, y, x] = value
    return heatmap


def test_high_peaks_and_the_best_few():
    """The third is kept for its rank, the fourth is neither high nor among the best."""
    heatmap = draw({(2, 3): 0.5, (10, 4): 0.3, (4, 15): 0.004, (15, 15): 0.002})
    found = find_masked_candidates(heatmap, 5, 6, min_score=0.005, min_candidates=3)
    assert found.mask.tolist() == [[[True, True, True, False, False, False]]]
    assert found.cells[0, 0, :3].tolist() == [[2, 3], [10, 4], [4, 15]]
    found = find_masked_candidates(heatmap, 5, 6, min_score=0.3, min_candidates=1)
    assert found.mask.sum() == 2  # a score of just the threshold counts


def test_nothing_is_a_candidate_of_an_empty_heatmap():
    """Neither cells of 0 nor peaks below 0 are among the best few."""
    heatmaps = torch.cat([torch.zeros(1, 1, 20, 20), draw({(5, 5): -0.1}) - 0.2])
    found = find_masked_candidates(heatmaps, 5, 4, min_score=0.005, min_candidates=3)
    assert not found.mask.any() and found.cells.shape == (2, 1, 4, 2)


def test_what_the_mask_excludes_hides_nothing():
    heatmap = draw({(8, 8): 0.9, (9, 8): 0.6})  # one window
    mask = torch.ones(1, 20, 20)
    mask[0, 8, 8] = 0
    found = find_masked_candidates(heatmap, 5, 3, 0.005, 3, mask)
    assert found.mask.sum() == 1 and found.cells[0, 0, 0].tolist() == [9, 8]


def test_values_that_are_not_finite_are_no_candidates():
    heatmap = draw({(3, 3): torch.nan, (10, 10): torch.inf, (15, 4): 0.7})
    found = find_masked_candidates(heatmap.half(), 5, 3, 0.005, 3)
    assert found.mask.sum() == 1 and found.cells[0, 0, 0].tolist() == [15, 4]
    assert found.scores.dtype == torch.float32 and found.scores.isfinite().all()


def test_a_map_of_fewer_cells_than_candidates():
    found = find_masked_candidates(torch.rand(2, 3, 2, 4), 3, 30, 0.005, 3)
    assert found.mask.shape == (2, 3, 8)
