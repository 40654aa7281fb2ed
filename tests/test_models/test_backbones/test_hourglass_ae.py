import golden
import numpy as np
import pytest
import torch

from mmpose_ae.checkpoints import convert_pose_ae_train
from mmpose_ae.models.backbones import HourglassAE
from mmpose_ae.registry import MODELS

TINY = dict(out_channels=6, num_stacks=2, num_levels=2, feat_channels=8, increase=4)
TINY.update(stem_channels=(4, 4))


def reference_shapes(released, increase=16, feat_channels=32, num_stacks=2):
    """Shapes of the small network of the golden vectors, from those of the released one."""
    small = {256: feat_channels, 384: feat_channels + increase}
    small.update({c: feat_channels + increase + c - 384 for c in (512, 640, 768)})
    shapes = {}
    for key, shape in released.items():
        part, index = key.split('.')[:2]
        last = num_stacks - 1 if part.startswith('merge') else num_stacks
        if part == 'pre' or int(index) < last:
            shapes[key] = tuple(small.get(size, size) for size in shape)
    return shapes


@pytest.mark.parametrize('case', golden.cases('net_posenet_small*.npz', 'in.x', 'out.preds'))
def test_golden_posenet(case):
    """The release's network of 2 stacks, its quirk included: increase=16 reaches one level."""
    shapes = reference_shapes(golden.shapes('posenet_full'))
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    backbone = HourglassAE(
        out_channels=68, num_stacks=2, feat_channels=32, increase=(16, 128, 128, 128)
    ).eval()
    torch.nn.ModuleDict({'backbone': backbone}).load_state_dict(convert_pose_ae_train(weights))
    with torch.no_grad():
        outputs = backbone(case.tensor('in.x').permute(0, 3, 1, 2))
    np.testing.assert_allclose(torch.stack(outputs, 1), case['out.preds'], atol=2e-3, rtol=0)


def test_paper_network_has_the_released_shapes():
    """256 -> 384 -> 512 -> 640 -> 768 in four stacks: every weight as in the release."""
    with torch.device('meta'):
        ours = HourglassAE(out_channels=68).state_dict()
    released = convert_pose_ae_train(golden.shapes('posenet_full'))
    assert {f'backbone.{key}': list(value.shape) for key, value in ours.items()} == released


def test_one_prediction_per_stack_at_a_quarter():
    backbone = MODELS.build(dict(type='HourglassAE', **TINY, norm_cfg=dict(type='BN')))
    outputs = backbone(torch.rand(2, 3, 32, 48))
    assert [tuple(output.shape) for output in outputs] == [(2, 6, 8, 12)] * 2


def test_every_stack_is_trained_by_the_last_prediction():
    """The merges are additive: the last prediction reaches every weight of both stacks."""
    backbone = HourglassAE(**TINY)
    backbone(torch.rand(1, 3, 16, 16))[-1].sum().backward()
    assert all(parameter.grad is not None for parameter in backbone.parameters())


def test_release_order_normalizes_after_the_activation():
    """Conv -> ReLU -> BN: what leaves the stem has mean 0; ReLU last would make it positive."""
    backbone = HourglassAE(**TINY, norm_cfg=dict(type='BN'))
    assert backbone.stem(torch.rand(4, 3, 32, 32)).mean().abs() < 1e-5
    usual = HourglassAE(**TINY, norm_cfg=dict(type='BN'), conv_order=('conv', 'norm', 'act'))
    assert usual.stem(torch.rand(4, 3, 32, 32)).min() >= 0
    # A bias that a norm takes away again is no parameter.
    assert all(net.stem[0].conv.bias is not None for net in (backbone, HourglassAE(**TINY)))
    assert usual.stem[0].conv.bias is None


def test_full_size_starts_at_a_sane_scale():
    """Without any norm the untrained predictions neither explode nor vanish over four stacks."""
    torch.manual_seed(0)
    backbone = HourglassAE(out_channels=34, feat_channels=64, increase=32)
    with torch.no_grad():
        outputs = backbone(torch.randn(1, 3, 64, 64))
    assert all(1e-3 < output.std() < 10 for output in outputs)


@pytest.mark.parametrize('size', [(16, 20), (24, 16)])
def test_input_that_does_not_divide(size):
    backbone = HourglassAE(**TINY)
    with pytest.raises(ValueError, match=f'divisible by 16, got {size[1]}x{size[0]}'):
        backbone(torch.rand(1, 3, *size))


@pytest.mark.parametrize('changes', [dict(increase=(4, 4, 4)), dict(num_levels=0)])
def test_increase_has_one_value_per_level(changes):
    with pytest.raises(ValueError, match='increase needs one value per level'):
        HourglassAE(**{**TINY, **changes})


def test_residual_blocks_have_two_convolutions_and_a_shortcut():
    backbone = HourglassAE(**TINY, residual=True, norm_cfg=dict(type='BN')).eval()
    plain = HourglassAE(**TINY, norm_cfg=dict(type='BN'))
    assert [m.shape for m in backbone(torch.zeros(1, 3, 16, 32))] == [(1, 6, 4, 8)] * 2
    skip = backbone.stacks[0][0].skip
    assert len([m for m in skip.modules() if isinstance(m, torch.nn.Conv2d)]) == 2
    assert (
        len([m for m in plain.stacks[0][0].skip.modules() if isinstance(m, torch.nn.Conv2d)]) == 1
    )
    torch.nn.init.zeros_(skip[0].norm2.weight)  # leaves the shortcut and the last ReLU
    x = torch.randn(2, 8, 4, 4)
    torch.testing.assert_close(skip(x), x.relu())


def test_residual_blocks_need_a_norm():
    with pytest.raises(ValueError, match='need a norm_cfg'):
        HourglassAE(**TINY, residual=True)


def test_predictions_start_near_zero():
    """The default of the layer starts far off and, without a norm, kills the last features."""
    backbone = HourglassAE(**TINY)
    backbone.init_weights()
    weights = torch.cat([layer.weight.flatten() for layer in backbone.predictions])
    assert 5e-4 < weights.std() < 2e-3
    assert not any(layer.bias.any() for layer in backbone.predictions)


def test_autocast_does_not_round_predictions():
    """They may be offsets or tags, of which bfloat16 keeps two or three digits."""
    backbone, seen = HourglassAE(**TINY), []
    last = backbone.predictions[-1]
    last.register_forward_hook(lambda layer, inputs, output: seen.extend(inputs))
    with torch.autocast('cpu', torch.bfloat16):
        prediction = backbone(torch.rand(1, 3, 16, 16))[-1]
    expected = torch.nn.functional.conv2d(seen[0].float(), last.weight, last.bias)
    assert (expected - expected.bfloat16()).any()
    torch.testing.assert_close(prediction, expected)
