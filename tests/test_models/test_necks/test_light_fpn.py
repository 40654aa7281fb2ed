import pytest
import torch
from mmcv.cnn import ConvModule
from mmpose.models.necks import FPN
from torch import nn

from mmpose_ae.models.necks import LightFPN
from mmpose_ae.registry import MODELS

LEVELS = [(3, 16, 24), (5, 8, 12), (4, 4, 6)]
CHANNELS = [channels for channels, *_ in LEVELS]


def features(batch=2):
    generator = torch.Generator().manual_seed(0)
    return tuple(torch.rand(batch, *level, generator=generator) for level in LEVELS)


def test_one_map_of_the_finest_level():
    neck = MODELS.build(dict(type='LightFPN', in_channels=CHANNELS, out_channels=6))
    (out,) = neck(features())
    assert out.shape == (2, 6, 16, 24)
    out.sum().backward()
    assert all(parameter.grad is not None for parameter in neck.parameters())


def test_sizes_that_do_not_halve_evenly():
    neck = LightFPN([2, 2], 4)
    assert neck((torch.rand(2, 2, 7, 9), torch.rand(2, 2, 4, 5)))[0].shape == (2, 4, 7, 9)


def test_without_refinement_it_is_the_pyramid_of_mmpose():
    """The finest level of MMPose's FPN, before its 3x3 convolution."""
    ours = LightFPN(CHANNELS, 6).eval()
    ours.refinements = nn.ModuleList(nn.Identity() for _ in ours.refinements)
    upsampling = dict(mode='bilinear')
    theirs = FPN(CHANNELS, 6, num_outs=3, norm_cfg=dict(type='BN'), upsample_cfg=upsampling).eval()
    theirs.fpn_convs[0] = nn.Identity()
    theirs.lateral_convs.load_state_dict(ours.laterals.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(ours(features())[0], theirs(features())[0])


def test_convolutions_are_light():
    """K x K weights of a channel and C x C of a point, not C x C x K x K."""
    neck = LightFPN([8, 8], 16, kernel_size=5)
    (refinement,) = neck.refinements
    weights = [m.conv.weight.numel() for m in refinement.modules() if isinstance(m, ConvModule)]
    assert weights == [16 * 5 * 5, 16 * 16]


def test_bad_options():
    with pytest.raises(ValueError, match='kernel_size must be odd, got 4'):
        LightFPN([2, 2], 4, kernel_size=4)
    with pytest.raises(ValueError, match=r'two levels or more to merge, got \[2\]'):
        LightFPN([2], 4)
