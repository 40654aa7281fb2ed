import pytest
import torch

from mmpose_ae.registry import MODELS


def build(**options):
    return MODELS.build(dict(type='mmpose_ae.CenterOffsetLoss', **options))


# Two keypoints and the center; maps of 2 x 3 cells.
INDICES = torch.tensor([[[0, 1], [5, 0], [4, 1]]])
TARGETS = torch.tensor([[[1.0, -1.0], [100.0, 100.0], [0.5, 0.0]]])


def offset_maps():
    """Offsets (3, 1) of the first keypoint and (0, 0) of the others at the center's cell, 4."""
    maps = torch.full((1, 6, 2, 3), 50.0)
    maps[0, :, 1, 1] = torch.tensor([3.0, 0, 0, 1, 0, 0])  # x of all three, then y
    return maps.requires_grad_()


def test_by_hand():
    """Errors (2, 2) of the first keypoint and (0.5, 0) of the center: mean 4.5 / 4."""
    maps = offset_maps()
    loss = build(loss_weight=2.0)(maps, [INDICES], [TARGETS])
    assert loss.item() == pytest.approx(2 * 4.5 / 4)
    (gradient,) = torch.autograd.grad(loss, maps)
    assert gradient.nonzero().tolist() == [[0, 0, 1, 1], [0, 2, 1, 1], [0, 3, 1, 1]]
    assert gradient[0, :, 1, 1].tolist() == pytest.approx([0.5, 0, -0.5, 0.5, 0, 0])


def test_instances_of_all_images_count_alike():
    none = torch.zeros(0, 3, 2, dtype=torch.long), torch.zeros(0, 3, 2)
    maps = torch.cat([offset_maps(), torch.rand(1, 6, 2, 3)])
    loss = build()(maps, [INDICES, none[0]], [TARGETS, none[1]])
    assert loss.item() == pytest.approx(4.5 / 4)


@pytest.mark.parametrize(
    'indices', [INDICES[:0], INDICES * torch.tensor([[[1, 1], [1, 1], [1, 0]]])]
)
def test_no_center_is_no_loss_but_in_the_graph(indices):
    maps = offset_maps()
    loss = build()(maps, [indices], [TARGETS[: len(indices)]])
    assert loss.item() == 0
    loss.backward()
    assert not maps.grad.any()


def test_half_precision_maps():
    loss = build()(offset_maps().half(), [INDICES], [TARGETS])
    assert loss.dtype == torch.float32 and loss.item() == pytest.approx(4.5 / 4)
