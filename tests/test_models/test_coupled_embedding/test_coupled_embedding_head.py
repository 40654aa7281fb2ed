"""CoupledEmbeddingHead against the original's layers and training step, and its options."""

import golden
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import MultilevelPixelData, PoseDataSample
from packed_indices import unpack

from mmpose_ae.checkpoints import convert_coupled_embedding
from mmpose_ae.models.heads import AEHead, BottomupOutputs
from mmpose_ae.models.heads.test_time import resize
from mmpose_ae.registry import MODELS

HIGHER = dict(num_blocks=4, with_tags=False)


def build(**kwargs):
    cfg = dict(type='mmpose_ae.CoupledEmbeddingHead', in_channels=32, num_keypoints=17)
    return MODELS.build({**cfg, **kwargs})


def channels(tags):
    """Tag maps (B, K, H, W, L) with the channel order l * K + k, (B, L * K, H, W)."""
    return tags.permute(0, 4, 1, 2, 3).flatten(1, 2)


@pytest.mark.parametrize(
    'case', golden.cases('net_ce_head*.npz', 'in.x', 'out.heatmaps0', 'out.tagmaps')
)
def test_layers_of_the_original(case):
    """The golden weights were drawn for the head alone, by keys without its prefix."""
    x, num_keypoints = case.tensor('in.x'), case['out.heatmaps0'].shape[1]
    higher = 'out.heatmaps1' in case
    layer = [case['out.tagmaps'].shape[-1] * num_keypoints, x.shape[1], 1, 1]
    shapes = golden.matching_shapes(
        'ce_higher_*' if higher else 'ce_hrnet*',
        lambda keys: keys['head.tms_pred_layers.weight'] == layer,
    )
    shapes = {k[5:]: v for k, v in shapes.items() if k.startswith('head.')}
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    weights = {f'head.{k}': v for k, v in weights.items()}
    upsample = HIGHER if higher else None
    head = build(in_channels=x.shape[1], num_keypoints=num_keypoints, upsample=upsample).eval()
    head.load_state_dict({k[5:]: v for k, v in convert_coupled_embedding(weights).items()})
    with torch.no_grad():
        (outputs,) = head((x,))
    for i, heatmaps in enumerate(outputs.heatmaps):
        np.testing.assert_allclose(heatmaps, case[f'out.heatmaps{i}'], atol=1e-4)
    expected = channels(case.tensor('out.tagmaps'))
    np.testing.assert_allclose(outputs.tags, expected, atol=1e-4)


def sample(targets, masks, indices, scales):
    """A data sample with targets (K, H, W) and masks (H, W) of every resolution."""
    data_sample = PoseDataSample()
    fields = MultilevelPixelData() if len(targets) > 1 else PixelData()
    masks = [mask[None] for mask in masks]
    fields.set_field(list(targets) if len(targets) > 1 else targets[0], 'heatmaps')
    fields.set_field(masks if len(targets) > 1 else masks[0], 'heatmap_mask')
    data_sample.gt_fields = fields
    labels = InstanceData(keypoint_indices=indices)
    if scales is not None:
        labels.instance_scales = scales
    data_sample.gt_instance_labels = labels
    return data_sample


@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.with_focal', 'out.hms_loss'))
def test_losses_and_gradients_of_the_original(case, monkeypatch):
    """The original's whole training step on given predictions, at one and two resolutions."""
    levels = range(case['in.num_res'])
    preds, targets, masks = (
        [case.tensor(f'in.{name}{i}') for i in levels] for name in ('pred', 'target', 'mask')
    )
    tags = case.tensor('in.tags')
    variables = [v.requires_grad_() for v in (*preds, tags)]
    indices = unpack(case['in.joints'], tags.shape[2] * tags.shape[3])
    scales = case.tensor('in.box_scales')
    samples = [
        sample([t[b] for t in targets], [m[b] for m in masks], indices[b], scales[b])
        for b in range(len(tags))
    ]
    beta = 0.01 if case['in.with_focal'] else None
    loss = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=float(case['in.beta']))
    head = build(num_keypoints=tags.shape[1], keypoint_loss=dict(loss, beta=beta))
    monkeypatch.setattr(head, 'forward', lambda feats: [BottomupOutputs(preds, channels(tags))])
    losses = head.loss((), samples)
    for ours, theirs in [('kpt', 'hms'), ('pull', 'pull'), ('push', 'push'), ('scale', 'scale')]:
        expected = case[f'out.{theirs}_loss']
        assert losses[f'loss_{ours}'].item() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    names = [f'pred{i}' for i in levels] + ['tags']
    for name, gradient in zip(names, torch.autograd.grad(sum(losses.values()), variables)):
        expected = case[f'out.grad_total_{name}']
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-8)


def one_person(scales=(0.3,)):
    """A sample of 3 keypoints on a map of 4 x 4."""
    indices = torch.tensor([[[5, 1], [6, 1], [9, 0]]])
    target = torch.zeros(3, 4, 4)
    target[0, 1, 1] = target[1, 1, 2] = 1.0
    target += 0.5 * target.roll(1, dims=2)
    return sample([target], [torch.ones(4, 4)], indices, scales and torch.tensor(scales))


def small(**kwargs):
    return build(in_channels=27, num_keypoints=3, final_layer=None, **kwargs)


def test_without_adjustment_the_heatmap_loss_is_that_of_aehead():
    """Table 5's first step, over a backbone that predicts the maps itself."""
    torch.manual_seed(0)
    feats, samples = (torch.randn(1, 27, 4, 4),), [one_person()]
    plain = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=None, beta=None)
    losses = small(keypoint_loss=plain).loss(feats, samples)
    expected = AEHead(27, 3, tag_dim=8, final_layer=None).loss(feats, samples)
    torch.testing.assert_close(losses['loss_kpt'], expected['loss_kpt'])
    torch.testing.assert_close(losses['loss_push'], 1e-3 * expected['loss_push'])
    torch.testing.assert_close(losses['loss_pull'], 8e-3 * expected['loss_pull'])  # sum, not mean


def test_scale_of_the_box_or_of_the_tags():
    """Predictions of 0: the loss is the mean square of the target, raised by the scale's power."""
    feats = (torch.zeros(1, 27, 4, 4),)
    feats[0][:, 3:6] = 1.0  # the first of eight levels, 1 / 16
    expected = {}
    for source, scale in (('boxes', 0.3), ('tags', 1 / 16)):
        cfg = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=0.15, beta=None)
        loss = small(keypoint_loss=cfg, scale_source=source).loss(feats, [one_person()])
        expected[source] = 2 * (1 + 0.5 ** (2 * (0.15 / scale) ** 2)) / 48
        assert loss['loss_kpt'].item() == pytest.approx(expected[source], rel=1e-4)
    assert expected['boxes'] > 1.5 * expected['tags']


@pytest.mark.parametrize('source', ['tags', 'boxes'])
def test_every_parameter_gets_a_gradient_without_people(source):
    """DDP stops at a parameter that takes no part in the loss."""
    head = build(in_channels=4, num_keypoints=3, scale_source=source)
    nobody = sample(
        [torch.zeros(3, 4, 4)],
        [torch.ones(4, 4)],
        torch.zeros(0, 3, 2, dtype=torch.int64),
        torch.zeros(0),
    )
    losses = head.loss((torch.randn(1, 4, 4, 4),), [nobody])
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters())
    assert all(losses[f'loss_{name}'].item() == 0 for name in ('pull', 'push', 'scale'))


def test_autocast_gives_the_losses_of_float32():
    torch.manual_seed(0)
    feats, samples = (torch.randn(1, 32, 4, 4),), [one_person()]
    head = build(num_keypoints=3)
    torch.nn.init.normal_(head.final_layer.weight)
    full = head.loss(feats, samples)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        low = head.loss(feats, samples)
    for name, value in low.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, full[name], rtol=0.01, atol=1e-5)


def test_bad_settings_and_targets_are_named():
    with pytest.raises(ValueError, match=r"scale_source must be one of .*boxes.*got 'box'"):
        small(scale_source='box')
    with pytest.raises(ValueError, match='lack instance_scales.*BottomupRandomAffine'):
        small().loss((torch.zeros(1, 27, 4, 4),), [one_person(scales=None)])


@pytest.mark.parametrize('kind, steps', [('CoupledEmbeddingHead', [32]), ('AEHead', [16, 32])])
def test_tags_on_the_way_to_the_input(kind, steps):
    """This release resizes the tags at once, HigherHRNet's by way of the finest heatmaps."""
    torch.manual_seed(0)
    head = build(type=f'mmpose_ae.{kind}', in_channels=4, tag_dim=2, upsample=dict(num_blocks=1))
    feats = (torch.randn(1, 4, 8, 8),)
    data_sample = PoseDataSample(metainfo=dict(img_shape=(32, 32)))
    head.decode = lambda maps: [InstanceData()]  # only the maps matter
    expected = head.eval()(feats)[0].tags
    for side in steps:
        expected = resize(expected, (side, side))
    _, (fields,) = head.predict(
        feats, [data_sample], dict(restore_heatmap_size=True, output_heatmaps=True)
    )
    torch.testing.assert_close(fields.tags, expected[0])
