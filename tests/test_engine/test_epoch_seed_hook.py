"""Which random numbers an epoch begins with."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mmpose_ae.engine import EpochSeedHook, epoch_seed, epoch_seed_hook


@pytest.fixture
def draw(monkeypatch):
    """The first numbers of Python, NumPy and torch in an epoch."""

    def begin(seed=1, epoch=2, rank=3):
        monkeypatch.setattr(epoch_seed_hook, 'get_rank', lambda: rank)
        runner = SimpleNamespace(seed=seed, epoch=epoch, train_loop=None)
        EpochSeedHook().before_train_epoch(runner)
        return random.random(), np.random.rand(), torch.rand(1).item()

    return begin


@pytest.mark.parametrize('other', [dict(seed=2), dict(epoch=3), dict(rank=0)])
def test_seed_epoch_and_process_have_numbers_of_their_own(draw, other):
    assert draw() == draw()
    assert all(one != another for one, another in zip(draw(), draw(**other)))


def test_neighbors_share_no_epoch(draw):
    """Another seed, epoch or process is never the same as another of the others."""
    cases = [(seed, epoch, rank) for seed in (0, 1) for epoch in (0, 1, 300) for rank in (0, 1, 7)]
    assert len({draw(*case) for case in cases}) == len(cases)


def test_any_seed_that_a_run_may_have(draw):
    assert len(set(draw(seed=2**31 - 1, epoch=10**6))) == 3


def test_processes_share_the_seed_of_an_epoch(draw):
    found = {}
    for seed in (0, 1):
        for epoch in (0, 1):
            for rank in (0, 7):
                draw(seed, epoch, rank)
                found.setdefault(epoch_seed(), set()).add((seed, epoch))
    assert len(found) == 4 and all(len(runs) == 1 for runs in found.values())


def test_iterations_and_what_is_drawn_in_them_share_nothing(monkeypatch):
    """Where a run counts iterations: of images and of the network, of two runs, 300 iterations."""
    monkeypatch.setattr(epoch_seed_hook, 'IterBasedTrainLoop', SimpleNamespace)
    hook, drawn = EpochSeedHook(), []
    for seed in (0, 1):
        runner = SimpleNamespace(seed=seed, iter=0, train_loop=SimpleNamespace())
        hook.before_train_epoch(runner)
        for runner.iter in range(300):
            drawn.append(np.random.rand())
            hook.before_train_iter(runner, 0)
            drawn.append(np.random.rand())
            hook.after_train_iter(runner, 0)
    assert len(set(drawn)) == 2 * 2 * 300
