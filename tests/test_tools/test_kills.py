"""A small part of the campaign: runs that are killed, and checkpoints that are damaged."""

import os
import signal

import pytest


@pytest.fixture
def kills(load_tool):
    return load_tool('reliability/kills')


def test_killed_runs_go_on(kills, tmp_path):
    """At a random moment, before a file operation, and inside a write, twice each."""
    found = kills.count_unresumable(6, 0, tmp_path)
    assert sum(found.values()) == 6
    assert found['unresumable'] == found['lost progress'] == 0
    assert found['resumed'] >= 2


def test_what_counts_as_lost(kills, tmp_path):
    """A run that begins anew, or from an older checkpoint, beside a whole one."""
    (tmp_path / 'went_on_from').write_text('')
    assert kills._judge(tmp_path, 0, 1) == 'unresumable'  # its last epoch is not there
    done = os.waitpid(kills.fork(lambda: kills.train(tmp_path), tmp_path / 'log'), 0)[1]
    assert done == 0
    assert kills.intact_epochs(tmp_path) == [kills.EPOCHS]
    assert kills._judge(tmp_path, 0, None) == 'begun anew'
    assert kills._judge(tmp_path, 0, 2) == 'lost progress'
    assert kills._judge(tmp_path, 256, None) == 'unresumable'
    (tmp_path / 'went_on_from').write_text('epoch_2.pth')
    assert kills._judge(tmp_path, 0, 2) == 'resumed'
    (tmp_path / 'epoch_3.pth').write_bytes(b'half')
    assert kills.intact_epochs(tmp_path) == []


def test_damaged_checkpoints_are_refused_by_name(load_tool, tmp_path):
    found = load_tool('reliability/checkpoint_mutations').mutate_checkpoints(60, 0, tmp_path)
    assert sum(found.values()) == 60
    assert found['unnamed error'] == found['loaded otherwise'] == found['crash'] == 0
    assert found['refused by name'] > 20 and found['loaded whole'] > 5


def test_a_crash_is_counted(load_tool, monkeypatch, tmp_path):
    mutations = load_tool('reliability/checkpoint_mutations')
    calls = []

    def crash(network, checkpoint, path):
        calls.append(path)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return 'loaded whole'

    monkeypatch.setattr(mutations, 'load', crash)
    found = mutations.mutate_checkpoints(2, 0, tmp_path)
    assert (found['loaded whole'], found['crash']) == (1, 1)
