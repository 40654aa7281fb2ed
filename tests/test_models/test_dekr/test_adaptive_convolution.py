"""The adaptive convolution: by hand, and against its definition, cell by cell."""

import pytest
import torch
import torch.nn.functional as F
from deformable import DeformableByHand

from mmpose_ae.models.dekr import AdaptiveBlock, AdaptiveConv2d


def test_without_offsets_it_is_a_convolution():
    torch.manual_seed(0)
    conv, x = AdaptiveConv2d(6, groups=3), torch.randn(2, 6, 5, 7)
    expected = F.conv2d(x, conv.weight, padding=1, groups=3)
    torch.testing.assert_close(conv(x, torch.zeros(2, 54, 5, 7)), expected, atol=1e-5, rtol=1e-5)


def test_one_tap_by_hand():
    """The middle tap of one cell reads a quarter of a cell down and half a cell to the right."""
    conv = AdaptiveConv2d(1)
    conv.weight.data.zero_()[0, 0, 1, 1] = 1
    x = torch.arange(12.0).view(1, 1, 3, 4)  # a step down is 4, one to the right 1
    offsets = torch.zeros(1, 9, 2, 3, 4)
    offsets[0, 4, :, 1, 1] = torch.tensor([0.25, 0.5])
    found = conv(x, offsets.flatten(1, 2))
    expected = x.clone()
    expected[0, 0, 1, 1] += 0.25 * 4 + 0.5
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_beyond_the_border_it_reads_zeros():
    """Half a cell above the first row there is half of it, a whole cell above nothing."""
    conv = AdaptiveConv2d(1)
    conv.weight.data.zero_()[0, 0, 1, 1] = 1
    x, offsets = torch.ones(1, 1, 3, 4), torch.zeros(1, 9, 2, 3, 4)
    offsets[0, 4, 0, 0] = torch.tensor([-0.5, -1.0, -5.0, 9.0])
    assert conv(x, offsets.flatten(1, 2))[0, 0, 0].tolist() == pytest.approx(
        [0.5, 0, 0, 0], abs=1e-5
    )


@pytest.mark.parametrize('groups', [1, 3])
def test_it_is_what_it_is_defined_to_be(groups):
    torch.manual_seed(0)
    conv, x = AdaptiveConv2d(6, groups), torch.randn(2, 6, 5, 7)
    by_hand = DeformableByHand(6, 6, groups=groups)
    by_hand.load_state_dict(conv.state_dict())
    offsets = 3 * torch.randn(2, groups * 18, 5, 7)
    torch.testing.assert_close(conv(x, offsets), by_hand(x, offsets), atol=1e-4, rtol=1e-4)


def test_gradients_reach_weights_and_offsets():
    torch.manual_seed(0)
    conv, x = AdaptiveConv2d(2), torch.randn(1, 2, 3, 4, requires_grad=True)
    offsets = (0.3 * torch.randn(1, 18, 3, 4)).requires_grad_()
    conv(x, offsets).sum().backward()
    assert all(value.grad.any() for value in (x, offsets, conv.weight))


def test_the_block_bends_the_kernel_by_an_affine_map():
    """A constant map that turns the kernel by a quarter: (y, x) reads at (x, -y), moved by 1 in x.

    The identity is taken off, since the map adds to the regular places.
    """
    torch.manual_seed(0)
    block, x = AdaptiveBlock(2, groups=1).eval(), torch.randn(1, 2, 6, 6)
    block.transform_matrix_conv.weight.data.zero_()
    matrix = torch.tensor([[-1.0, 1.0, 0.0], [-1.0, -1.0, 1.0]])  # of (y, x, 1), minus identity
    block.transform_matrix_conv.bias.data = matrix.flatten()
    turned = block.adapt_conv.weight.rot90(-1, (2, 3))
    moved = F.conv2d(x, turned, padding=2)[:, :, 1:7, 2:8]
    norm = 1 / (1 + block.norm.eps) ** 0.5
    torch.testing.assert_close(block(x), F.relu(norm * moved + x), atol=1e-5, rtol=1e-5)


def test_autocast_does_not_round_places():
    """A map that moves the kernel by 33.28 cells; bfloat16 knows 33.25 and 33.5."""
    block, places = AdaptiveBlock(2, groups=1).eval(), []
    block.transform_matrix_conv.weight.data.zero_()
    matrix = torch.tensor([[0.0, 0.0, 33.25], [0.0, 0.0, 33.25]])
    block.transform_matrix_conv.bias.data = matrix.flatten()
    block.regular_matrix = torch.tensor([[0.0] * 9, [0.0] * 9, [1.0 + 2**-10] * 9])
    block.adapt_conv.register_forward_hook(lambda layer, inputs, output: places.append(inputs[1]))
    with torch.autocast('cpu', torch.bfloat16):
        block(torch.randn(1, 2, 6, 6))
    expected = 33.25 * (1 + 2**-10)
    assert (places[0] - expected).abs().max() < 1e-3 < 33.5 - expected
