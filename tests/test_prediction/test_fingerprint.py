"""What tells one network from another."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from torch import nn

from mmpose_ae.prediction.predictor import Predictor


def fingerprint(change=0.0, **model):
    """Of a predictor with a network of two weights."""
    pipeline = [dict(type='BottomupResize', input_size=(64, 64))]
    network = nn.Module()
    network.weight = nn.Parameter(torch.tensor([1.0], dtype=torch.bfloat16))
    network.register_buffer('steps', torch.tensor(3))
    with torch.no_grad():
        network.weight += change
    network.cfg = Config(
        dict(model=dict(type='Net', **model), test_dataloader=dict(dataset=dict(pipeline=pipeline)))
    )
    return Predictor.fingerprint(SimpleNamespace(model=network))


def test_equal_networks_have_equal_ones():
    assert fingerprint(test_cfg=dict(flip_test=True)) == fingerprint(test_cfg=dict(flip_test=True))
    assert set(fingerprint()) == {'config', 'weights'}


@pytest.mark.parametrize('change, model, differs', [
    (0.5, {}, 'weights'),
    (0.0, dict(test_cfg=dict(flip_test=True)), 'config'),
])  # fmt: skip
def test_what_differs_is_told(change, model, differs):
    same, other = fingerprint(), fingerprint(change, **model)
    assert [name for name in same if same[name] != other[name]] == [differs]
