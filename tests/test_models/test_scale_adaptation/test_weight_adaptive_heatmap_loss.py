"""The heatmap loss of SWAHR against its equations in numpy, and what must hold of it."""

import numpy as np
import pytest
import torch

from mmpose_ae.registry import MODELS

X = torch.arange(-12.0, 13.0, dtype=torch.float64)


def build(**options):
    return MODELS.build(dict(type='mmpose_ae.WeightAdaptiveHeatmapLoss', **options))


def gaussian(sigma):
    return torch.exp(-(X**2) / (2 * sigma**2)).view(1, 1, 1, -1)


def draw(seed=0, size=(2, 3, 6, 8)):
    """Prediction, target with empty cells, scale and mask."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(0.01, 1, size) * (rng.uniform(size=size) < 0.6)
    mask = rng.uniform(size=(size[0], 1, *size[2:])) < 0.8
    return rng.normal(size=size), target, rng.normal(0, 0.3, size), mask


def adapted(target, scale, power):
    """The power g^(1 + s) itself, or its expansion g + s g ln g + s^2 g (ln g)^2 / 2."""
    some = target > 0
    log = np.log(target[some])
    out = np.zeros_like(target)
    g, s = target[some], scale[some]
    out[some] = g ** (1 + s) if power == 'exact' else g + s * g * log + s**2 * g * log**2 / 2
    return out


@pytest.mark.parametrize('power', ['taylor', 'exact'])
@pytest.mark.parametrize('gamma', [0.01, None])
def test_the_equations(power, gamma):
    output, target, scale, mask = draw()
    weight = 1.0
    if gamma is not None:
        positive = target**gamma
        weight = positive * abs(1 - output) + (1 - positive) * abs(output)
    regression = (output - adapted(target, scale, power)) ** 2 * weight * mask
    held = (scale * (target > 0)) ** 2 * mask
    expected = 2 * (regression.mean() + 0.5 * held.mean())
    loss = build(power=power, gamma=gamma, scale_weight=0.5, loss_weight=2.0)
    value = loss(*(torch.from_numpy(each) for each in (output, target, scale, mask)))
    assert value.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize('power', ['taylor', 'exact'])
def test_gradients_reach_predictions_and_scales(power):
    output, target, scale, _ = (torch.from_numpy(each) for each in draw(size=(1, 2, 3, 4)))
    loss = build(power=power)
    variables = output.requires_grad_(), scale.requires_grad_()
    assert torch.autograd.gradcheck(lambda p, s: loss(p, target, s), variables)
    (gradient,) = torch.autograd.grad(loss(output, target, scale), [scale])
    assert (gradient[target == 0] == 0).all() and (gradient[target > 0] != 0).all()


def test_a_narrower_gaussian_is_a_positive_scale():
    """Half the standard deviation is the fourth power, so s = 3 explains it; other ones do not."""
    loss = build(power='exact', gamma=None, scale_weight=0.0)
    narrow, wide = gaussian(1.0), gaussian(2.0)
    values = [loss(narrow, wide, torch.full_like(wide, s)).item() for s in (2.5, 3.0, 3.5)]
    assert values[1] < 1e-15 < min(values[0], values[2])


def test_near_0_the_expansion_is_the_power():
    """Its error is of third order: a tenth of the scale, a thousandth of the error."""
    target, zero = gaussian(2.0), torch.zeros(())
    errors = []
    for s in (0.2, 0.02):
        exact, taylor = (
            build(power=power)._adapt(target, zero + s) for power in ('exact', 'taylor')
        )
        errors.append((exact - taylor).abs().max().item())
    assert errors[1] == pytest.approx(errors[0] / 1000, rel=0.2)


def test_an_exact_power_is_at_least_0():
    """A scale below -1 would make targets above 1, which grow without bounds."""
    target = gaussian(2.0)
    assert (build(power='exact')._adapt(target, torch.full_like(target, -5.0)) <= 1).all()


def test_low_precision_is_computed_in_float32():
    output, target, scale, mask = (torch.from_numpy(each) for each in draw())
    loss = build()
    low = loss(output.bfloat16(), target.float(), scale.bfloat16(), mask)
    assert low.dtype == torch.float32
    same = loss(output.bfloat16().double(), target, scale.bfloat16().double(), mask)
    torch.testing.assert_close(low.double(), same, rtol=1e-5, atol=0)


def test_a_gamma_of_0_is_no_way_to_switch_off():
    """All cells would be positive, empty ones too."""
    with pytest.raises(ValueError, match='gamma must be positive and finite, got 0'):
        build(gamma=0)


def test_an_unknown_power_is_named():
    with pytest.raises(ValueError, match=r"power must be one of .*taylor.*got 'log'"):
        build(power='log')
