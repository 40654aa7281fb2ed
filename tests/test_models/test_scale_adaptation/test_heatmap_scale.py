"""Scales for the heatmaps of every head: learned ones, and those of instances."""

import fakes
import pytest
import torch

from mmpose_ae.models.heads import resize

LEARNED = dict(
    heatmap_scale=dict(type='mmpose_ae.LearnedScale'),
    keypoint_loss=dict(type='mmpose_ae.WeightAdaptiveHeatmapLoss'),
)
BOXES = dict(
    heatmap_scale=dict(type='mmpose_ae.InstanceScale', source='boxes'),
    keypoint_loss=dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss'),
)
ANY_SCALE = [kind for kind in fakes.HEADS if kind != 'CoupledEmbeddingHead']  # it has its own
HIGHER = dict(upsample=dict(num_modules=1, num_blocks=1))


class Recorder(torch.nn.Module):
    """Remember the scales that a loss was called with."""

    def __init__(self, loss):
        super().__init__()
        self.loss, self.scales = loss, []

    def forward(self, *args, scale, **kwargs):
        self.scales.append(scale)
        return self.loss(*args, scale=scale, **kwargs)


def record(head, samples=None):
    head.loss_module = Recorder(head.loss_module)
    losses = head.loss((fakes.features(),), samples or [fakes.sample()])
    return losses, head.loss_module.scales


@pytest.mark.parametrize('kind', ANY_SCALE)
def test_every_head_learns_scales_which_are_0_at_the_start(kind):
    head = fakes.head(kind, **LEARNED, **HIGHER)
    head.init_weights()
    losses, scales = record(head)
    maps = fakes.HEADS[kind].heatmaps
    assert [tuple(s.shape) for s in scales] == [(1, maps, 12, 16), (1, maps, 24, 32)]
    assert all((s == 0).all() for s in scales)
    sum(losses.values()).backward()
    for branch in head.heatmap_scale.branches:
        assert branch.look.bias.grad.abs().max() > 0


def test_learned_scales_fit_what_is_predicted():
    """Predictions stay as they are, so that the scales alone can make the loss smaller."""
    head = fakes.head(**LEARNED)
    features, samples = (fakes.features(),), [fakes.sample()]
    optimizer = torch.optim.Adam(head.heatmap_scale.parameters(), lr=0.05)
    values = []
    for _ in range(20):
        loss = head.loss(features, samples)['loss_kpt']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < values[0]
    _, (scales,) = record(head)
    assert scales.abs().max() > 0


def test_predictions_are_those_of_the_network_without_scales():
    """And nobody asks the branches."""
    plain, head = (fakes.head(**options, **HIGHER).eval() for options in ({}, LEARNED))
    own = {k: v for k, v in head.state_dict().items() if not k.startswith('heatmap_scale')}
    plain.load_state_dict(own)
    head.heatmap_scale.branches = None
    samples = [fakes.sample()]
    for with_flip in (False, True):
        features = (fakes.features(),)
        views = [features, features] if with_flip else features
        ours, expected = (
            h.predict(views, samples, dict(flip_test=with_flip))[0] for h in (head, plain)
        )
        assert len(expected) and (ours.keypoints == expected.keypoints).all()


@pytest.mark.parametrize('options', [LEARNED, BOXES])
def test_every_parameter_gets_a_gradient_without_people(options):
    """DDP stops at a parameter that takes no part in the loss."""
    head = fakes.head(**options, **HIGHER)
    losses = head.loss((fakes.features(),), [fakes.sample(fakes.NOBODY)])
    sum(losses.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in head.parameters())


@pytest.mark.parametrize('kind', ANY_SCALE)
def test_scales_of_boxes_for_every_head(kind):
    """Both people have boxes of 30 x 30 of 64 x 48 pixels."""
    _, (coarse, fine) = record(fakes.head(kind, **BOXES, **HIGHER))
    torch.testing.assert_close(coarse, torch.full_like(coarse, (900 / (64 * 48)) ** 0.5))
    torch.testing.assert_close(fine, resize(coarse, (24, 32)))


TAGS = dict(BOXES, heatmap_scale=dict(type='mmpose_ae.InstanceScale'))


@pytest.mark.parametrize(
    'kind, options',
    [
        ('CenterOffsetHead', TAGS),
        ('CenterGroupHead', dict(TAGS, tag_dim=0)),
        ('CenterGroupHead', dict(TAGS, tag_dim=1)),
        ('CenterAEHead', dict(TAGS, tag_dim=1)),
        ('AEHead', dict(TAGS, tag_dim=1)),
        ('AEHead', dict(TAGS, tag_dim=1, tag_per_keypoint=False)),
        ('CoupledEmbeddingHead', dict(tag_dim=1)),
    ],
)
def test_tags_that_tell_no_scales_are_refused(kind, options):
    """With one level every scale is 0.5."""
    expected = options.get('tag_dim', 0)
    with pytest.raises(ValueError, match=f'tags of two dimensions.* tag_dim is {expected}: give'):
        fakes.head(kind, **options)


@pytest.mark.parametrize(
    'kind, options',
    [
        ('CenterGroupHead', {}),
        ('AEHead', {}),
        ('AEHead', dict(tag_per_keypoint=False)),
    ],
)
def test_tags_of_two_dimensions_tell_scales(kind, options):
    """Levels .25 and .75, so scales are between."""
    _, (scales,) = record(fakes.head(kind, **TAGS, tag_dim=2, **options))
    assert ((scales >= 0.25) & (scales <= 0.75)).all() and scales.std() > 0.01


@pytest.mark.parametrize(
    'kind, options', [('AEHead', BOXES), ('CoupledEmbeddingHead', dict(scale_source='boxes'))]
)
def test_boxes_need_no_tags_of_two_dimensions(kind, options):
    _, (scales,) = record(fakes.head(kind, **options, tag_dim=1))
    torch.testing.assert_close(scales, torch.full_like(scales, (900 / (64 * 48)) ** 0.5))


def test_what_cannot_be_is_named():
    with pytest.raises(ValueError, match='final_layer=None has none.*let the backbone give'):
        fakes.predicting_head(**LEARNED)
    scale = dict(type='mmpose_ae.LearnedScale', kernel_size=8)
    with pytest.raises(ValueError, match='kernel_size must be odd, got 8'):
        fakes.head(**dict(LEARNED, heatmap_scale=scale))
    with pytest.raises(TypeError, match='has no option heatmap_scale'):
        fakes.head('CoupledEmbeddingHead', **LEARNED)
