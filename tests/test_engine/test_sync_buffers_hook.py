"""All processes have the same running statistics when they validate and when they write."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import CheckpointHook as TheirHook
from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from torch import nn
from two_processes import in_two_processes

from mmpose_ae.engine import CheckpointHook, SyncBuffersHook
from mmpose_ae.registry import HOOKS


def call(rank, hook, place):
    """The statistics of a network and of its moving average when a hook has been called."""
    network, ema = nn.BatchNorm1d(1), EMAHook()
    ema.ema_model = ExponentialMovingAverage(network)
    network.running_mean.fill_(2.0 + 4 * rank)
    ema.ema_model.module.running_mean.fill_(10.0 + 4 * rank)
    getattr(hook, place)(SimpleNamespace(model=network, hooks=[ema]))
    return network.running_mean.item(), ema.ema_model.module.running_mean.item()


@pytest.mark.parametrize('place', ['after_train_epoch', 'before_val_epoch'])
def test_they_are_averaged(place, tmp_path):
    hook = HOOKS.build(dict(type='SyncBuffersHook'))
    assert isinstance(hook, SyncBuffersHook)
    assert in_two_processes(tmp_path, call, hook, place) == 2 * [(4.0, 12.0)]


def test_they_are_averaged_before_they_are_written(tmp_path, monkeypatch):
    """Where iterations are counted, too, of which no epoch ends before."""
    written = []

    def note(self, runner):
        written.append(runner.model.running_mean)

    monkeypatch.setattr(TheirHook, '_save_checkpoint', note)

    def write(rank):
        call(rank, CheckpointHook(by_epoch=False), '_save_checkpoint')
        return torch.cat(written).tolist()

    assert in_two_processes(tmp_path, write) == 2 * [[4.0]]
