"""ExactConv2d: a convolution as torch's, whatever autocast does."""

import pytest
import torch
from torch import nn

from mmpose_ae.models.modules import ExactConv2d


@pytest.fixture
def pair():
    """Ours and torch's with the same weights."""
    torch.manual_seed(0)
    ours, theirs = ExactConv2d(3, 4, 3, padding=1), nn.Conv2d(3, 4, 3, padding=1)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def test_autocast_changes_nothing(pair):
    ours, theirs = pair
    x = torch.randn(2, 3, 5, 6)
    expected = theirs(x)
    with torch.autocast('cpu', torch.bfloat16):
        assert theirs(x).dtype == torch.bfloat16
        torch.testing.assert_close(ours(x), expected, rtol=0, atol=0)
        found = ours(x.bfloat16())  # what layers before give
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, theirs(x.bfloat16().float()), rtol=0, atol=0)


def test_networks_in_half_precision_stay_there(pair):
    ours, theirs = (each.bfloat16() for each in pair)
    x = torch.randn(2, 3, 5, 6)
    torch.testing.assert_close(ours(x), theirs(x.bfloat16()), rtol=0, atol=0)


def test_shapes_alone():
    """As the tool that counts multiplications has it."""
    found = ExactConv2d(3, 4, 1, device='meta')(torch.zeros(2, 3, 5, 6, device='meta'))
    assert found.shape == (2, 4, 5, 6) and found.is_meta
