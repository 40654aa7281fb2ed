"""Targets of single instances are those of the package, one at a time."""

import numpy as np
import pytest
import torch

from mmpose_ae.ops import gaussian_heatmaps, keypoint_indices
from projects.recurrent_association.models.instance_targets import gaussian_targets

SIZE = 14, 9


@pytest.mark.parametrize('rounded', [False, True])
def test_as_the_heatmaps_of_one_instance(rounded):
    rng = np.random.default_rng(0)
    cells = torch.from_numpy(rng.uniform(-2, 15, (2, 3, 4, 2)).astype(np.float32))
    labelled = torch.from_numpy(rng.random((2, 3, 4)) < 0.7)
    visible = keypoint_indices(cells, labelled, SIZE)[..., 1] > 0
    targets = gaussian_targets(cells, visible, SIZE, 1.3, rounded)
    drawn = targets.draw(torch.tensor([[2, 0], [1, 1]]))
    for b, n, maps in [(0, 2, drawn[0, 0]), (0, 0, drawn[0, 1]), (1, 1, drawn[1, 0])]:
        alone = cells[b, n][None, None], visible[b, n][None, None]
        (expected,) = gaussian_heatmaps(*alone, SIZE, 1.3, rounded)
        np.testing.assert_allclose(maps, expected, atol=1e-6)


def test_who_is_present():
    visible = torch.tensor([[[1, 0], [0, 0]], [[0, 1], [1, 1]]]).bool()
    targets = gaussian_targets(torch.zeros(2, 2, 2, 2), visible, SIZE, 1.0, False)
    assert targets.present.tolist() == [[True, False], [True, True]]
    assert targets.counts.tolist() == [1, 2]


def test_none_is_drawn_as_zeros():
    targets = gaussian_targets(torch.ones(1, 2, 1, 2), torch.ones(1, 2, 1).bool(), SIZE, 1.0, False)
    drawn = targets.draw(torch.tensor([[-1, 1]]))
    assert drawn.amax((2, 3, 4)).tolist() == [[0, 1]]


def test_nobody():
    targets = gaussian_targets(
        torch.zeros(2, 0, 4, 2), torch.zeros(2, 0, 4).bool(), SIZE, 1.0, False
    )
    assert targets.counts.tolist() == [0, 0]
    assert not targets.draw(torch.full((2, 3), -1)).any()
