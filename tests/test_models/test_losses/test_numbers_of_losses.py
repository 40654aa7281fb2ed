"""Weights and factors of all losses: what would turn a loss around, or give NaN, is refused."""

import math

import pytest

from mmpose_ae.options import option_names
from mmpose_ae.registry import MODELS

LOSSES = [
    'AssociativeEmbeddingLoss',
    'CoupledEmbeddingLoss',
    'ScaleAdaptiveHeatmapLoss',
    'WeightAdaptiveHeatmapLoss',
    'CenterOffsetLoss',
    'CenterGroupLoss',
]
NO_NUMBERS = {'push_pairs', 'reduction', 'scale_per_keypoint', 'power', 'sigmas'}
MAY_BE_0 = ('weight', 'factor', 'similarity')
NUMBERS = [
    (loss, name)
    for loss in LOSSES
    for name in sorted(option_names(MODELS.get(f'mmpose_ae.{loss}')) - NO_NUMBERS)
]


def build(loss, name, value):
    return MODELS.build({'type': f'mmpose_ae.{loss}', name: value})


@pytest.mark.parametrize('loss, name', NUMBERS)
@pytest.mark.parametrize('value', [-1, math.nan, 'large'])
def test_what_cannot_be_is_named(loss, name, value):
    with pytest.raises(ValueError, match=f'^{name} must be .*got {value!r}$'):
        build(loss, name, value)


@pytest.mark.parametrize('loss, name', NUMBERS)
def test_a_weight_of_0_leaves_a_part_out(loss, name):
    """Other numbers are divided by, or are exponents, which a 0 makes the same everywhere."""
    if name.endswith(MAY_BE_0):
        assert getattr(build(loss, name, 0), name) == 0
    else:
        with pytest.raises(ValueError, match=f'^{name} must be positive and finite, got 0$'):
            build(loss, name, 0)
