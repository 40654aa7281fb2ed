"""Checkpoints of MMPose 0.x in the networks of the released settings."""

from pathlib import Path

import golden
import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import convert_mmpose_0x
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/associative_embedding'


def network_shapes(name, **changes):
    """Names and shapes of a shipped network, built without memory."""
    cfg = Config.fromfile(CONFIGS / name)
    cfg.merge_from_dict(changes)
    with DefaultScope.overwrite_default_scope('mmpose_ae'), torch.device('meta'):
        return {k: tuple(v.shape) for k, v in MODELS.build(cfg.model).state_dict().items()}


def on_meta(shapes):
    return {key: torch.empty(shape, device='meta') for key, shape in shapes.items()}


def converted_shapes(shapes):
    return {k: tuple(v.shape) for k, v in convert_mmpose_0x(on_meta(shapes)).items()}


@pytest.mark.parametrize('name', golden.key_lists('centergroup_bu_model_*'))
def test_every_higher_hrnet_key(name):
    """The golden lists are of detectors with one keypoint more, the center."""
    shapes = golden.shapes(name)
    dataset, width = name.split('_')[-2:]
    config = {
        'coco_w32': 'coco/ae_higherhrnet-w32_4xb12-300e_coco-512x512-released.py',
        'coco_w48': 'coco/ae_higherhrnet-w48_8xb16-300e_coco-512x512-released.py',
        'crowdpose_w48': 'crowdpose/ae_higherhrnet-w48_4xb10-300e_crowdpose-640x640-released.py',
    }[f'{dataset}_{width}']
    num_keypoints = shapes['keypoint_head.final_layers.1.weight'][0]
    changes = {
        'model.head.num_keypoints': num_keypoints,
        'model.head.decoder.keypoint_order': None,
    }
    assert converted_shapes(shapes) == network_shapes(config, **changes)


def hourglass_shapes(posenet):
    """Keys of HourglassAENet from those of pose-ae-train's network.

    MMPose wraps every convolution in a ConvModule: a batch norm follows in place of the bias,
    except in the prediction, which has 34 channels.
    """
    renamed = {
        'pre': 'stem',
        'features': 'hourglass_modules',
        'outs': 'out_convs',
        'merge_preds': 'remap_out_convs',
        'merge_features': 'remap_feature_convs',
    }
    shapes = {}
    for key, shape in posenet.items():
        part, rest = key.split('.', 1)
        layer, parameter = f'backbone.{renamed[part]}.{rest}'.rsplit('.conv.', 1)
        layer = layer.replace('.conv', '')
        shape = [34 if size == 68 else size for size in shape]
        if part == 'outs' or parameter == 'weight':
            shapes[f'{layer}.conv.{parameter}'] = shape
        if part != 'outs' and parameter == 'weight':
            for name in ('weight', 'bias', 'running_mean', 'running_var'):
                shapes[f'{layer}.bn.{name}'] = shape[:1]
            shapes[f'{layer}.bn.num_batches_tracked'] = []
    return shapes


def test_every_hourglass_key():
    name = 'coco/ae_hourglass-4stack-bn_8xb6-300e_coco-512x512-released.py'
    shapes = hourglass_shapes(golden.shapes('posenet_full'))
    assert converted_shapes(shapes) == network_shapes(name)


def test_norms_become_a_part_of_the_merging_convolutions():
    """The converted layer does what convolution and norm did one after the other."""
    generator = torch.Generator().manual_seed(0)
    values = {
        'conv.weight': torch.randn(3, 2, 1, 1, generator=generator),
        **{
            f'bn.{n}': torch.randn(3, generator=generator)
            for n in ('weight', 'bias', 'running_mean')
        },
        'bn.running_var': 0.1 + torch.rand(3, generator=generator),
        'bn.num_batches_tracked': torch.tensor(7),
    }
    converted = convert_mmpose_0x(
        {f'backbone.remap_out_convs.1.{name}': value for name, value in values.items()}
    )
    assert set(converted) == {f'backbone.merge_predictions.1.{p}' for p in ('weight', 'bias')}
    x = torch.randn(1, 2, 4, 5, generator=generator)
    norm = [values[f'bn.{n}'] for n in ('running_mean', 'running_var', 'weight', 'bias')]
    torch.testing.assert_close(
        F.conv2d(x, *converted.values()), F.batch_norm(F.conv2d(x, values['conv.weight']), *norm)
    )


@pytest.mark.parametrize(
    'config, changes, key',
    [
        ('hrnet-w32_8xb24-300e_coco-512x512', {}, 'backbone.stage4.2.branches.3.3.bn2.bias'),
        ('resnet-50_8xb24-300e_coco-512x512', {}, 'keypoint_head.deconv_layers.6.weight'),
        ('resnet-101_8xb16-300e_coco-512x512', {}, 'backbone.layer3.22.conv3.weight'),
        ('resnet-152_8xb16-300e_coco-512x512', {}, 'backbone.layer3.35.conv3.weight'),
        ('mobilenet-v2_8xb24-300e_coco-512x512', {}, 'backbone.layer7.0.conv.2.bn.weight'),
        (
            'resnet-50_8xb24-300e_coco-512x512',
            {'model.backbone.type': 'SCNet'},
            'backbone.layer4.2.scconv.k4.1.running_var',
        ),
    ],
)
def test_other_backbones_keep_their_names(config, changes, key):
    """Only the head is called otherwise; one name each as in the sources of MMPose 0.x."""
    expected = network_shapes(f'coco/ae_{config}-released.py', **changes)
    released = {
        (k.replace('head.', 'keypoint_head.') if k.startswith('head.') else k): shape
        for k, shape in expected.items()
    }
    assert key in released
    assert converted_shapes(released) == expected


@pytest.mark.parametrize(
    'key',
    ['keypoint_head.final_layers.0', 'backbone.remap_convs.0.weight', 'bbox_head.final_layer.bias'],
)
def test_unknown_keys(key):
    with pytest.raises(KeyError, match=f'unknown key .*{key}'):
        convert_mmpose_0x({key: torch.zeros(1)})


def test_an_incomplete_norm():
    layer = 'backbone.remap_feature_convs.0'
    weights = {f'{layer}.{key}': torch.ones(1) for key in ('conv.weight', 'bn.weight', 'bn.bias')}
    with pytest.raises(KeyError, match='missing key .*0.bn.running_mean, .*0.bn.running_var'):
        convert_mmpose_0x(weights)
