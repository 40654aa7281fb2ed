"""CoupledEmbeddingHead against the original's layers and training step, and its options."""

import fakes
import golden
import numpy as np
import pytest
import torch
from packed_indices import unpack

from mmpose_ae.checkpoints import convert_coupled_embedding
from mmpose_ae.codecs import Targets
from mmpose_ae.models.heads import BottomupOutputs, Supervision, resize

KIND = 'CoupledEmbeddingHead'
HIGHER = dict(num_blocks=4, with_tags=False)


@pytest.mark.parametrize(
    'case', golden.cases('net_ce_head*.npz', 'in.x', 'out.heatmaps0', 'out.tagmaps')
)
def test_layers_of_the_original(case):
    """The golden weights were drawn for the head alone, by keys without its prefix."""
    x, num_keypoints = case.tensor('in.x'), case['out.heatmaps0'].shape[1]
    higher = 'out.heatmaps1' in case
    tag_dim = case['out.tagmaps'].shape[-1]
    layer = [tag_dim * num_keypoints, x.shape[1], 1, 1]
    shapes = golden.matching_shapes(
        'ce_higher_*' if higher else 'ce_hrnet*',
        lambda keys: keys['head.tms_pred_layers.weight'] == layer,
    )
    shapes = {k[5:]: v for k, v in shapes.items() if k.startswith('head.')}
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    weights = {f'head.{k}': v for k, v in weights.items()}
    head = fakes.head(
        KIND,
        in_channels=x.shape[1],
        num_keypoints=num_keypoints,
        tag_dim=tag_dim,
        upsample=HIGHER if higher else None,
        decoder=None,
    ).eval()
    head.load_state_dict({k[5:]: v for k, v in convert_coupled_embedding(weights).items()})
    with torch.no_grad():
        (outputs,) = head((x,))
    for i, heatmaps in enumerate(outputs.heatmaps):
        np.testing.assert_allclose(heatmaps, case[f'out.heatmaps{i}'], atol=1e-4)
    expected = fakes.channels_of(case.tensor('out.tagmaps'))
    np.testing.assert_allclose(outputs.tags, expected, atol=1e-4)


@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.with_focal', 'out.hms_loss'))
def test_losses_and_gradients_of_the_original(case):
    """The original's whole training step on given predictions, at one and two resolutions."""
    levels = range(case['in.num_res'])
    preds, targets, masks = (
        [case.tensor(f'in.{name}{i}') for i in levels] for name in ('pred', 'target', 'mask')
    )
    tags = case.tensor('in.tags')
    variables = [v.requires_grad_() for v in (*preds, tags)]
    # Boxes of an input of one pixel: the root of their area is the scale itself.
    scales = case.tensor('in.box_scales')
    supervision = Supervision(
        Targets(targets, unpack(case['in.joints'], tags.shape[2] * tags.shape[3]), None),
        [mask[:, None] for mask in masks],
        scales[..., None].expand(-1, -1, 2),
        (1, 1),
    )
    beta = 0.01 if case['in.with_focal'] else None
    loss = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=float(case['in.beta']))
    head = fakes.head(
        KIND,
        num_keypoints=tags.shape[1],
        tag_dim=tags.shape[-1],
        keypoint_loss=dict(loss, beta=beta),
        decoder=None,
    )
    outputs = BottomupOutputs(preds, fakes.channels_of(tags))
    losses = head._stack_losses(outputs, supervision)
    for ours, theirs in [('kpt', 'hms'), ('pull', 'pull'), ('push', 'push'), ('scale', 'scale')]:
        expected = case[f'out.{theirs}_loss']
        assert losses[f'loss_{ours}'].item() == pytest.approx(expected, rel=1e-5, abs=1e-6)
    names = [f'pred{i}' for i in levels] + ['tags']
    for name, gradient in zip(names, torch.autograd.grad(sum(losses.values()), variables)):
        expected = case[f'out.grad_total_{name}']
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-8)


def test_without_adjustment_the_heatmap_loss_is_that_of_aehead():
    """Table 5's first step, over a backbone that predicts the maps itself."""
    feats, samples = (fakes.features(channels=27),), [fakes.sample()]
    plain = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=None, beta=None)
    losses = fakes.predicting_head(KIND, keypoint_loss=plain).loss(feats, samples)
    expected = fakes.predicting_head(
        in_channels=27,
        tag_dim=8,
        tag_loss=dict(type='mmpose_ae.AssociativeEmbeddingLoss'),
    ).loss(feats, samples)
    torch.testing.assert_close(losses['loss_kpt'], expected['loss_kpt'])
    torch.testing.assert_close(losses['loss_push'], 1e-3 * expected['loss_push'])
    torch.testing.assert_close(losses['loss_pull'], 8e-3 * expected['loss_pull'])  # sum, not mean


def test_scale_of_the_box_or_of_the_tags():
    """Predictions of 0: the loss is the mean square of the target, raised by the scale's power.

    A box of 12 x 16 of 64 x 48 pixels has a scale of 1 / 4; tags say the first of eight levels,
    1 / 16. A cell that is d cells away has target exp(-d^2 / 2).
    """
    feats = (torch.zeros(1, 27, 12, 16),)
    feats[0][:, 3:6] = 1.0
    point = 4 * np.array([6, 5]) + 1.5  # the pixel in the middle of a cell
    one = fakes.sample(np.tile(point, (1, 3, 1)))
    one.gt_instances.bbox_scales = np.array([[12, 16]], np.float32)
    y, x = np.mgrid[:12, :16]
    target = np.exp(-((x - 6) ** 2 + (y - 5) ** 2) / 2) * (np.maximum(abs(x - 6), abs(y - 5)) < 5)
    for source, scale in (('boxes', 1 / 4), ('tags', 1 / 16)):
        cfg = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', theta=0.15, beta=None)
        head = fakes.predicting_head(KIND, keypoint_loss=cfg, scale_source=source)
        expected = np.mean(target ** (2 * (0.15 / scale) ** 2))
        assert head.loss(feats, [one])['loss_kpt'].item() == pytest.approx(expected, rel=1e-4)


def test_the_scale_map_is_brought_to_finer_heatmaps():
    """Both resolutions are adjusted by the scale that the tags, at the coarse one, stand for."""
    head = fakes.head(KIND, upsample=dict(num_blocks=1)).eval()
    head.loss_module = Recorder(head.loss_module)
    head.loss((fakes.features(),), [fakes.sample()])
    coarse, fine = head.loss_module.scales
    assert coarse.shape == (1, 3, 12, 16)
    torch.testing.assert_close(fine, resize(coarse, (24, 32)))


class Recorder(torch.nn.Module):
    """Remember the scales that a loss was called with."""

    def __init__(self, loss):
        super().__init__()
        self.loss, self.scales = loss, []

    def forward(self, *args, scale, **kwargs):
        self.scales.append(scale)
        return self.loss(*args, scale=scale, **kwargs)


@pytest.mark.parametrize('source', ['tags', 'boxes'])
def test_every_parameter_gets_a_gradient_without_people(source):
    """DDP stops at a parameter that takes no part in the loss."""
    head = fakes.head(KIND, scale_source=source)
    losses = head.loss((fakes.features(),), [fakes.sample(fakes.NOBODY)])
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters())
    assert all(losses[f'loss_{name}'].item() == 0 for name in ('pull', 'push', 'scale'))


def test_autocast_gives_the_losses_of_float32():
    feats, samples = (fakes.features(),), [fakes.sample()]
    head = fakes.head(KIND)
    full = head.loss(feats, samples)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        low = head.loss(feats, samples)
    for name, value in low.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, full[name], rtol=0.01, atol=1e-5)


def test_bad_settings_and_samples_are_named():
    with pytest.raises(ValueError, match=r"scale_source must be one of .*boxes.*got 'box'"):
        fakes.head(KIND, scale_source='box')
    with pytest.raises(ValueError, match='lack the sides of boxes.*BottomupRandomAffine'):
        fakes.head(KIND).loss((fakes.features(),), [fakes.sample(sides=None)])


@pytest.mark.parametrize('kind, steps', [(KIND, [(48, 64)]), ('AEHead', [(24, 32), (48, 64)])])
@torch.no_grad()
def test_tags_on_the_way_to_the_input(kind, steps):
    """This release resizes the tags at once, HigherHRNet's by way of the finest heatmaps."""
    head = fakes.head(kind, tag_dim=2, upsample=dict(num_blocks=1)).eval()
    feats = (fakes.features(),)
    expected = head(feats)[0].tags
    for size in steps:
        expected = resize(expected, size)
    _, (fields,) = head.predict(
        feats, [fakes.sample()], dict(restore_heatmap_size=True, output_heatmaps=True)
    )
    torch.testing.assert_close(fields.tags, expected[0])
