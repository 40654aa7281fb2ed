"""Focal loss by hand and by finite differences."""

import math

import pytest
import torch

from mmpose_ae.models.center_group import sigmoid_focal_loss


@pytest.mark.parametrize('logit, target, gamma, expected', [
    (0.0, 1, 2.0, 0.25 * math.log(2)),
    (0.0, 0, 2.0, 0.25 * math.log(2)),
    (math.log(3), 1, 2.0, 0.25**2 * math.log(4 / 3)),  # p = 3/4
    (math.log(3), 0, 2.0, 0.75**2 * math.log(4)),
    (math.log(3), 0, 0.0, math.log(4)),  # the cross entropy
])  # fmt: skip
def test_by_hand(logit, target, gamma, expected):
    loss = sigmoid_focal_loss(torch.tensor([logit]), torch.tensor([target]), gamma)
    assert loss.item() == pytest.approx(expected, rel=1e-6)


def test_gradient():
    logits = torch.linspace(-4, 4, 9, dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([0, 1, 1, 0, 0, 1, 0, 1, 1])
    assert torch.autograd.gradcheck(lambda x: sigmoid_focal_loss(x, targets), logits)


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16, torch.float16])
def test_certain_predictions_are_finite(dtype):
    logits = torch.tensor([100.0, -100.0], dtype=dtype, requires_grad=True)
    loss = sigmoid_focal_loss(logits, torch.tensor([False, True]))
    loss.sum().backward()
    assert loss.dtype == torch.float32 and loss.tolist() == [100, 100]
    assert logits.grad.tolist() == [1, -1]
