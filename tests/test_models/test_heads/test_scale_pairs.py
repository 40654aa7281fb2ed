"""Scale adaptation and losses of heatmaps: every pair, and parts that declare nothing."""

from itertools import product

import fakes
import pytest
import torch

from mmpose_ae.models.heads.scale_pairs import check_scale_pair
from mmpose_ae.models.scale_adaptation import (
    HeatmapScale,
    LearnedScale,
    ScaleAdaptiveHeatmapLoss,
    WeightAdaptiveHeatmapLoss,
)

SCALES = {
    None: None,
    'LearnedScale': dict(type='mmpose_ae.LearnedScale'),
    'InstanceScale': dict(type='mmpose_ae.InstanceScale', source='boxes'),
}
LOSSES = {
    'KeypointMSELoss': dict(type='mmpose.KeypointMSELoss'),
    'WeightAdaptiveHeatmapLoss': dict(type='mmpose_ae.WeightAdaptiveHeatmapLoss'),
    'ScaleAdaptiveHeatmapLoss': dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss'),
}
BELONG_TOGETHER = set(zip(SCALES, LOSSES))


@pytest.mark.parametrize('scale, loss', list(product(SCALES, LOSSES)))
@pytest.mark.parametrize('kind', ['AEHead', 'CenterGroupHead', 'CenterOffsetHead'])
def test_a_head_has_what_belongs_together(kind, scale, loss):
    """And that gives every layer of the strategy a gradient."""
    options = dict(heatmap_scale=SCALES[scale], keypoint_loss=LOSSES[loss])
    if (scale, loss) not in BELONG_TOGETHER:
        named = f'heatmap_scale={scale} and keypoint_loss={loss} do not belong together'
        with pytest.raises(ValueError, match=f'{named}: LearnedScale belongs with Weight'):
            fakes.head(kind, **options)
        return
    head = fakes.head(kind, **options)
    sample = fakes.sample(sides=30.0)
    head.loss((fakes.features(),), [sample])['loss_kpt'].backward()
    layers = [] if scale is None else list(head.heatmap_scale.parameters())
    assert bool(layers) == (scale == 'LearnedScale')
    assert all(layer.grad is not None for layer in layers)


@pytest.mark.parametrize('loss', ['KeypointMSELoss', 'WeightAdaptiveHeatmapLoss'])
def test_coupled_embedding_has_its_own_scale(loss):
    with pytest.raises(ValueError, match=f'heatmap_scale=InstanceScale and keypoint_loss={loss}'):
        fakes.head('CoupledEmbeddingHead', keypoint_loss=LOSSES[loss])


class Undeclared(torch.nn.Module):
    """A loss of somebody's own."""

    def forward(self, output, target, scale, mask=None):
        return output.sum()


class Optional(torch.nn.Module):
    """One that does without a scale, too."""

    def forward(self, output, target, mask=None, scale=None):
        return output.sum()


class Wrapper(torch.nn.Module):
    """One that hands everything on."""

    def forward(self, *args, **kwargs):
        return args[0].sum()


class Narrowed(WeightAdaptiveHeatmapLoss):
    """A loss of ours that somebody has changed takes the same scales."""


@pytest.mark.parametrize('scale', [HeatmapScale, LearnedScale])
@pytest.mark.parametrize('loss', [Undeclared, Optional, Wrapper, Narrowed])
def test_who_declares_nothing_is_trusted(scale, loss):
    check_scale_pair(scale(), loss())


def test_what_must_fail_is_refused_whoever_wrote_it():
    check_scale_pair(None, Optional())
    check_scale_pair(None, Wrapper())
    with pytest.raises(ValueError, match='heatmap_scale=None and keypoint_loss=Undeclared'):
        check_scale_pair(None, Undeclared())
    with pytest.raises(ValueError, match='heatmap_scale=HeatmapScale and keypoint_loss=MSELoss'):
        check_scale_pair(HeatmapScale(), torch.nn.MSELoss())
    check_scale_pair(HeatmapScale(), ScaleAdaptiveHeatmapLoss())
