"""What ``tools/benchmark/memory.py`` measures, on the CPU; and that it needs a GPU to measure."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.registry import MODELS

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


@pytest.fixture
def memory(monkeypatch):
    """The tool, which is a script."""
    monkeypatch.syspath_prepend(str(TOOLS / 'benchmark'))
    return import_module('memory')


def test_a_step_of_training_and_a_prediction(memory, tiny_config):
    torch.manual_seed(0)
    cfg = Config.fromfile(tiny_config)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
        before = [parameter.detach().clone() for parameter in model.parameters()]
        losses = memory.training_step(cfg, model, batch_size=3)()
        (sample,) = memory.prediction(cfg, model)()
    assert {'loss_kpt', 'loss_pull', 'loss_push'} <= set(losses)
    assert all(loss.item() > 0 for loss in losses.values())
    assert any((b != a).any() for b, a in zip(before, model.parameters()))
    assert sample.pred_instances.keypoints.shape[1:] == (17, 2)


@pytest.mark.skipif(torch.cuda.is_available(), reason='for machines without a GPU')
def test_without_a_gpu(memory, monkeypatch, tiny_config):
    monkeypatch.setattr(sys, 'argv', ['memory.py', str(tiny_config)])
    with pytest.raises(SystemExit, match='no GPU here') as end:
        memory.main()
    assert '\n' not in end.value.code


@pytest.mark.skipif(not torch.cuda.is_available(), reason='measured on a GPU')
def test_on_a_gpu(memory, monkeypatch, tiny_config, capsys):
    monkeypatch.setattr(sys, 'argv', ['memory.py', str(tiny_config), '--batch-size', '4'])
    memory.main()
    predicting, training = (
        float(line.split()[-2]) for line in capsys.readouterr().out.splitlines()
    )
    assert 0 < predicting < training
