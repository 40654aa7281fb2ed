"""Recognizing published checkpoints, and saying what is wrong with one."""

from functools import lru_cache
from pathlib import Path

import golden
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from test_center_group import DETECTORS, released_shapes
from test_key_maps import hrnet
from torch import nn

from mmpose_ae.checkpoints import CheckpointError, convert_checkpoint
from mmpose_ae.models.center_group import CenterGroupHead
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'
AE, CE = 'associative_embedding', 'coupled_embedding'
# The lists of released keys, and the configs whose networks they fill.
RELEASED = {
    'higherhrnet_w32_coco': f'{AE}/coco/ae_higherhrnet-w32_4xb12-300e_coco-512x512',
    'higherhrnet_w48_coco': f'{AE}/coco/ae_higherhrnet-w48_4xb10-300e_coco-640x640',
    'higherhrnet_w32_crowdpose': f'{AE}/crowdpose/ae_higherhrnet-w32_4xb12-300e_crowdpose-512x512',
    'higherhrnet_w48_crowdpose': f'{AE}/crowdpose/ae_higherhrnet-w48_4xb10-300e_crowdpose-640x640',
    'posenet_full': f'{AE}/coco/ae_hourglass-4stack_8xb4-200k_coco-512x512',
    **{
        f'ce_{higher}hrnet{width}_{size}_{dataset}': (
            f'{CE}/{dataset}/ce_{higher.strip("_")}hrnet-w{width}_8xb10-300e_{dataset}-{size}x{size}'
        )
        for higher in ('', 'higher_')
        for width, size in ((32, 512), (48, 640))
        for dataset in ('coco', 'crowdpose')
    },
}
COCO = 'higherhrnet_w32_coco'


@pytest.fixture(scope='module')
def networks():
    """A function from the name of a list of keys to the shapes of the network it fills."""

    @lru_cache
    def shapes(name):
        cfg = Config.fromfile(CONFIGS / f'{RELEASED[name]}-released.py')
        with DefaultScope.overwrite_default_scope('mmpose_ae'), torch.device('meta'):
            return {k: v.shape for k, v in MODELS.build(cfg.model).state_dict().items()}

    return shapes


def released(name):
    """A checkpoint with the keys of a list, without memory."""
    return {key: torch.empty(shape, device='meta') for key, shape in golden.shapes(name).items()}


@pytest.mark.parametrize('name', golden.key_lists('higherhrnet_*', 'posenet_*', 'ce_*'))
def test_every_released_checkpoint_fits_its_config(name, networks):
    """No key is left over or missing, in any shape."""
    expected = networks(name)
    converted = convert_checkpoint(released(name), expected)
    assert {k: v.shape for k, v in converted.items()} == expected


@pytest.mark.parametrize('detector', DETECTORS)
def test_center_group_in_a_checkpoint_of_lightning(detector):
    shapes, width, num_keypoints = released_shapes(detector)
    weights = {key: torch.empty(shape, device='meta') for key, shape in shapes.items()}
    with torch.device('meta'):
        head = CenterGroupHead(width, num_keypoints, upsample=dict(num_blocks=4))
        network = nn.ModuleDict(dict(backbone=hrnet(width), head=head))
    expected = {k: v.shape for k, v in network.state_dict().items()}
    checkpoint = dict(state_dict=weights, epoch=100, optimizer_states=[], hyper_parameters={})
    converted = convert_checkpoint(checkpoint, expected)
    assert {k: v.shape for k, v in converted.items()} == expected


@pytest.mark.parametrize(
    'name, wrap',
    [
        (COCO, lambda w: {f'module.{k}': v for k, v in w.items()}),
        (COCO, lambda w: {f'module.1.{k}': v for k, v in w.items()}),  # in half precision
        (COCO, lambda w: dict(epoch=300, model='pose_higher_hrnet', state_dict=w, optimizer={})),
        (
            'posenet_full',
            lambda w: dict(
                epoch=1, state_dict={f'model.module.{k}': v for k, v in w.items()}, optimizer={}
            ),
        ),
        ('ce_hrnet32_512_coco', lambda w: dict(model=w)),
        (
            'ce_hrnet32_512_coco',
            lambda w: dict(
                model={
                    **{f'net.{k}': v for k, v in w.items()},
                    'ae_criterion.scale_dist': torch.zeros(8),
                },
                optimizer={},
                lr_scheduler={},
                meta={},
            ),
        ),
    ],
)
def test_wrapped_as_the_releases_save_it(name, wrap, networks):
    """What their training scripts write: other entries, prefixes and parts of the trainer."""
    expected = networks(name)
    converted = convert_checkpoint(wrap(released(name)), expected)
    assert {k: v.shape for k, v in converted.items()} == expected


def test_what_is_dropped_is_named(networks, monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmpose_ae.checkpoints.formats.print_log', lambda text, logger: lines.append(text)
    )
    weights = {**released('ce_hrnet32_512_coco'), 'ae_criterion.scale_dist': torch.zeros(8)}
    convert_checkpoint(dict(model=weights, optimizer={}), networks('ce_hrnet32_512_coco'))
    (line,) = lines
    assert line.endswith('dropped optimizer, ae_criterion.scale_dist')


def test_backbones_leave_the_head_as_it_is(networks):
    expected = networks(COCO)
    backbone = {k: shape for k, shape in expected.items() if k.startswith('backbone.')}
    checkpoint = {k[len('backbone.') :]: torch.zeros(s) for k, s in backbone.items()}
    checkpoint['fc.weight'] = torch.zeros(1000, 2048)
    assert set(convert_checkpoint(checkpoint, expected)) == set(backbone)
    del checkpoint['conv1.weight']
    with pytest.raises(CheckpointError, match=r'checkpoint lacks: backbone\.conv1\.weight$'):
        convert_checkpoint(checkpoint, expected)


@pytest.mark.parametrize('channels, kernels', [(None, None), ([256] * 3, [4] * 3)])
def test_heads_of_mmpose_1x_have_our_names(channels, kernels):
    """Its backbones are the same classes, so its checkpoints need no conversion."""
    sizes = dict(deconv_out_channels=channels, deconv_kernel_sizes=kernels)
    shapes = []
    for head in ('mmpose.AssociativeEmbeddingHead', 'mmpose_ae.AEHead'):
        with torch.device('meta'):
            network = MODELS.build(dict(type=head, in_channels=32, num_keypoints=17, **sizes))
        shapes.append({k: v.shape for k, v in network.state_dict().items()})
    assert shapes[0] == shapes[1]


def test_own_names_are_as_strict_as_others(networks):
    expected = networks(COCO)
    weights = {key: torch.empty(shape, device='meta') for key, shape in expected.items()}
    wrapped = {f'module.{key}': value for key, value in weights.items()}
    assert convert_checkpoint(dict(state_dict=wrapped, meta={}), expected).keys() == set(weights)
    del weights['backbone.conv1.weight']
    weights['head.other.bias'] = torch.ones(1)
    with pytest.raises(CheckpointError) as error:
        convert_checkpoint(weights, expected)
    assert str(error.value).splitlines() == [
        'mmpose_ae checkpoint for another network',
        'the network lacks: head.other.bias',
        'the checkpoint lacks: backbone.conv1.weight',
    ]


def test_a_part_to_start_training_from(networks):
    """What is required must fit, in any format; of the rest what fits is taken."""
    weights, expected = released(COCO), networks('higherhrnet_w32_crowdpose')
    backbone = [key for key in expected if key.startswith('backbone.')]
    found = convert_checkpoint(weights, expected, backbone, partial=True)
    assert set(backbone) < set(found) < set(expected)
    assert all(found[key].shape == expected[key] for key in found)
    assert expected.keys() - found.keys() == {
        f'head.{layer}.{parameter}'
        for layer in ('final_layer', 'upsample_final_layers.0', 'upsample_modules.0.deconv.0')
        for parameter in ('weight', 'bias')
        if (layer, parameter) != ('upsample_modules.0.deconv.0', 'bias')
    }
    with pytest.raises(CheckpointError, match=r'final_layer\.bias \(34,\) instead of \(28,\)'):
        convert_checkpoint(weights, expected, ['head.final_layer.bias'], partial=True)


@pytest.mark.parametrize('name', ['resnet', 'mmdet'])
def test_unknown_formats(name, networks):
    key = {'resnet': 'layer1.0.conv1.weight', 'mmdet': 'rpn_head.rpn_conv.weight'}[name]
    with pytest.raises(CheckpointError, match='nor of a known format .*HigherHRNet'):
        convert_checkpoint({key: torch.zeros(1)}, networks(COCO))


def test_unknown_missing_and_reshaped_keys_are_all_named(networks):
    weights = released(COCO)
    del weights['conv1.weight'], weights['bn2.bias']
    weights['layer1.0.conv9.weight'] = torch.empty(1)
    weights['final_layers.1.bias'] = torch.empty(5)
    with pytest.raises(CheckpointError) as error:
        convert_checkpoint(weights, networks(COCO))
    assert str(error.value).splitlines() == [
        'HigherHRNet checkpoint for another network',
        'the network lacks: backbone.layer1.0.conv9.weight',
        'the checkpoint lacks: backbone.conv1.weight, backbone.bn2.bias',
        'of another shape: head.upsample_final_layers.0.bias (5,) instead of (17,)',
    ]


def test_keys_of_no_layer(networks):
    weights = {**released(COCO), 'stage5.weight': torch.empty(1), 'aux.bias': torch.empty(1)}
    with pytest.raises(CheckpointError, match='HigherHRNet checkpoint: .*stage5.weight, aux.bias'):
        convert_checkpoint(weights, networks(COCO))


def test_wrong_number_of_keypoints(networks):
    with pytest.raises(CheckpointError, match=r'final_layer\.weight \(28, .* instead of \(34, '):
        convert_checkpoint(released('higherhrnet_w32_crowdpose'), networks(COCO))


@pytest.mark.parametrize(
    'checkpoint, network',
    [(COCO, 'posenet_full'), (COCO, 'ce_higher_hrnet32_512_coco'), ('posenet_full', COCO)],
)
def test_wrong_architecture(checkpoint, network, networks):
    with pytest.raises(CheckpointError, match='checkpoint for another network'):
        convert_checkpoint(released(checkpoint), networks(network))


def test_old_checkpoints_did_not_count_batches(networks):
    weights = {k: v for k, v in released(COCO).items() if not k.endswith('num_batches_tracked')}
    assert len(convert_checkpoint(weights, networks(COCO))) == len(weights)
