"""Sub-cell positions on the host are those of the same rules in torch."""

import numpy as np
import pytest
import torch

from mmpose_ae import ops
from mmpose_ae.decoding import refine_cells
from mmpose_ae.decoding.refinement import OFFSETS


@pytest.mark.parametrize('rule', [None, *OFFSETS])
def test_every_cell_of_random_maps(rule):
    """Borders, plateaus and values that are not positive included."""
    generator = torch.Generator().manual_seed(0)
    heatmaps = (torch.rand(3, 7, 9, generator=generator) - 0.2).mul(8).round() / 8
    heatmaps[1] = torch.rand(7, 9, generator=generator)
    types, y, x = (index.flatten() for index in np.indices(heatmaps.shape))
    cells = np.stack([x, y], axis=-1)
    found = refine_cells(heatmaps.numpy(), types, cells, rule)
    expected = ops.refine_cells(heatmaps, torch.from_numpy(cells).unflatten(0, (3, 63)), rule)
    assert found.dtype == np.float32
    # Logarithms may differ by their last bit.
    np.testing.assert_allclose(
        found, expected.flatten(0, 1), atol=2e-6 if rule == 'gaussian' else 0
    )


def test_both_know_the_same_rules():
    assert sorted(OFFSETS) == sorted(ops.OFFSETS)
