"""The heatmap loss against the original's numbers and against what it must not depend on."""

import math

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.registry import MODELS


def build(**kwargs):
    return MODELS.build(dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss', **kwargs))


def load_golden(case):
    """Theta, and per resolution: prediction, target, scale and mask."""
    levels = [
        [case.tensor(f'in.{name}{i}') for name in ('pred', 'target', 'scale', 'mask')]
        for i in range(case['in.num_res'])
    ]
    return float(case['in.beta']), levels


@pytest.mark.parametrize(
    'case, form',
    golden.cases(
        'ce_loss*.npz',
        'in.scale0',
        'out.{}_loss',
        of=('focal_mask', 'focal_nomask', 'mse_mask', 'mse_nomask'),
    ),
)
def test_values_and_gradients_of_the_original(case, form):
    theta, levels = load_golden(case)
    weight, masked = form.split('_')
    loss = build(theta=theta, beta=0.01 if weight == 'focal' else None)
    predictions = [level[0].requires_grad_() for level in levels]
    value = sum(
        loss(pred, target, scale, mask[:, None] if masked == 'mask' else None)
        for pred, target, scale, mask in levels
    )
    assert value.item() == pytest.approx(case[f'out.{form}_loss'], rel=1e-5, abs=1e-6)
    for i, gradient in enumerate(torch.autograd.grad(value, predictions)):
        expected = case[f'out.{form}_grad_pred{i}']
        np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-8)


def test_a_gaussian_becomes_as_wide_as_the_instance_is_large():
    """Eq. 4: a standard deviation of 2 at twice the scale theta is one of 4."""
    x = torch.arange(-20.0, 21.0)
    narrow, wide = (torch.exp(-(x**2) / (2 * sigma**2)).view(1, 1, 1, -1) for sigma in (2, 4))
    loss = build(theta=0.4, beta=None)
    assert loss(wide, narrow, torch.full_like(narrow, 0.8)).item() < 1e-12
    assert build(theta=None, beta=None)(narrow, narrow, torch.ones(1)).item() < 1e-12


def test_weight_by_hand():
    """Target e^-1 where gamma is 1: P = 2^-1 with a beta of 1."""
    output, target, scale = torch.tensor([0.8, 0.8]), torch.tensor([math.exp(-1), 0.0]), 0.5
    loss = build(theta=0.5, beta=1.0)(output, target, torch.full((2,), scale))
    weights = [0.5 * 0.2 + 0.5 * 0.8, 0.8]  # at target 0 nothing is positive
    expected = (weights[0] * (0.8 - math.exp(-1)) ** 2 + weights[1] * 0.8**2) / 2
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_masked_cells_count_as_zero():
    output, target = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    mask = torch.ones(2, 1, 4, 4)
    mask[1] = 0
    scale = torch.full_like(target, 0.5)
    half = build()(output, target, scale, mask)
    torch.testing.assert_close(half, build()(output[:1], target[:1], scale[:1]) / 2)


@pytest.mark.parametrize('theta', [0.4, None])
@pytest.mark.parametrize('scale', [0.0, 1e-30, 0.0625, 3.0])
def test_extremes_are_finite(theta, scale):
    """Targets of 0, 1 and the smallest numbers, scales of nobody and of somebody huge."""
    target = torch.tensor([0.0, 1e-45, 1e-38, 0.5, 1.0])
    output = torch.tensor([0.0, 1.0, -1.0, 0.0, 1.0]).requires_grad_()
    value = build(theta=theta)(output, target, torch.full_like(target, scale))
    (gradient,) = torch.autograd.grad(value, output)
    assert torch.isfinite(value) and torch.isfinite(gradient).all()
    assert gradient[[0, 4]].tolist() == [0.0, 0.0]  # right already


@pytest.mark.parametrize('name', ['theta', 'beta'])
def test_0_is_no_way_to_switch_off(name):
    """A width of 0 divides 0 by 0, a decay of 0 makes all cells positive; None is without."""
    with pytest.raises(ValueError, match=f'{name} must be positive and finite, got 0'):
        build(**{name: 0})
    assert getattr(build(**{name: None}), name) is None


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('case', golden.cases('ce_loss*.npz', 'in.pred0', 'in.scale0'))
def test_low_precision_gives_the_same_within_a_percent(case, dtype):
    """Predictions and scales as a network under autocast makes them, targets by the codec."""
    theta, levels = load_golden(case)
    loss = build(theta=theta)
    for pred, target, scale, _ in levels:
        full = loss(pred, target, scale)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            low = loss(pred.to(dtype), target, scale.to(dtype))
        assert low.dtype == torch.float32
        assert low.item() == pytest.approx(full.item(), rel=0.01)


def test_the_scale_gets_no_gradient():
    scale = torch.full((1, 1, 2, 2), 0.5, requires_grad=True)
    output = torch.rand(1, 1, 2, 2, requires_grad=True)
    build(loss_weight=2.0)(output, torch.rand(1, 1, 2, 2), scale).backward()
    assert scale.grad is None and output.grad.any()
