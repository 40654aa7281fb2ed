"""``mmpose-ae setup``: what it has pip do, in which order, and when it stops."""

import shlex
import sys

import pytest

import mmpose_ae_cli
from mmpose_ae.commands import setup as setup_command
from mmpose_ae.environment import Fault

ORDINARY, ALONE = 'pip install', 'pip install --no-deps'
FAULTS = [
    Fault('', ORDINARY, 'torch>=2.6,<3'),
    Fault('', ORDINARY, 'scipy>=1.10'),
    Fault('', ALONE, 'mmpose>=1.3,<2'),
]


@pytest.fixture
def run(monkeypatch):
    """Run the command with faults and the exit status of pip; gives its own and pip's arguments."""
    monkeypatch.setenv(mmpose_ae_cli.WITHOUT_MMPOSE, '')  # which the command sets

    def run(*options, faults=FAULTS, status=0):
        done = []

        def call(command):
            done.append(command)
            return status

        monkeypatch.setattr(setup_command, 'find_faults', lambda: faults)
        monkeypatch.setattr(setup_command.subprocess, 'call', call)
        return mmpose_ae_cli.main(['setup', *options]), done

    return run


def test_packages_that_are_installed_alike_come_together(run):
    pip = [sys.executable, '-m', 'pip', 'install']
    assert run() == (
        0,
        [[*pip, 'torch>=2.6,<3', 'scipy>=1.10'], [*pip, '--no-deps', 'mmpose>=1.3,<2']],
    )


def test_a_torch_without_cuda_comes_from_an_index_of_its_own_and_first(run):
    status, (torch, scipy, mmpose) = run('--cpu')
    assert status == 0
    assert torch[4:] == ['torch>=2.6,<3', '--index-url', setup_command.CPU_BUILDS]
    assert scipy[4:] == ['scipy>=1.10'] and mmpose[4:] == ['--no-deps', 'mmpose>=1.3,<2']


def test_a_dry_run_only_says_it(run, capsys):
    assert run('--dry-run') == (0, [])
    first, second = map(shlex.split, capsys.readouterr().out.splitlines())
    assert first == ['pip', 'install', 'torch>=2.6,<3', 'scipy>=1.10']
    assert second == ['pip', 'install', '--no-deps', 'mmpose>=1.3,<2']


def test_where_pip_fails_it_stops(run, capsys):
    status, done = run(status=1)
    assert status == 1 and len(done) == 1
    assert 'error: pip could not' in capsys.readouterr().err


def test_where_there_is_no_pip_it_says_so(run, monkeypatch, capsys):
    monkeypatch.setattr(setup_command, 'find_spec', lambda name: None)
    assert run() == (1, [])
    assert '--dry-run' in capsys.readouterr().err


def test_nothing_is_done_twice(run, capsys):
    assert run(faults=[]) == (0, [])
    assert capsys.readouterr().out == 'everything is installed\n'
