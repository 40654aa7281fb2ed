import atexit
import os
import subprocess
import sys

import pytest
from mmengine.config import Config
from torch import distributed, multiprocessing

from mmpose_ae.config_files import ConfigError
from mmpose_ae.engine import cpu_distributed, leaving_group, prepare_cpu_distributed


@pytest.fixture
def started(monkeypatch):
    """The backends of the process groups that were started, in a process of torchrun."""
    backends = []
    monkeypatch.setenv('RANK', '0')
    monkeypatch.setattr(cpu_distributed.distributed, 'init_process_group', backends.append)
    monkeypatch.setattr(cpu_distributed, 'get_device', lambda: 'cpu')
    return backends


@pytest.mark.parametrize('cfg', [dict(), dict(launcher='none')])
def test_one_process_stays_as_it_is(started, cfg):
    cfg = Config(cfg)
    prepare_cpu_distributed(cfg)
    assert not started
    assert 'model_wrapper_cfg' not in cfg


def test_a_gpu_stays_as_it_is(monkeypatch, started):
    monkeypatch.setattr(cpu_distributed, 'get_device', lambda: 'cuda')
    cfg = Config(dict(launcher='pytorch'))
    prepare_cpu_distributed(cfg)
    assert not started
    assert 'model_wrapper_cfg' not in cfg


def test_the_cpu_gets_gloo_and_no_devices(started):
    cfg = Config(dict(launcher='pytorch', find_unused_parameters=True))
    prepare_cpu_distributed(cfg)
    assert started == ['gloo']
    assert cfg.model_wrapper_cfg == dict(
        type='MMDistributedDataParallel',
        broadcast_buffers=False,  # as MMEngine's own
        find_unused_parameters=True,
        device_ids=None,
    )


def test_a_wrapper_of_the_config_is_kept(started):
    wrapper = dict(type='MMSeparateDistributedDataParallel', broadcast_buffers=True)
    cfg = Config(dict(launcher='pytorch', model_wrapper_cfg=wrapper))
    prepare_cpu_distributed(cfg)
    assert cfg.model_wrapper_cfg == dict(wrapper, find_unused_parameters=False, device_ids=None)


def test_another_launcher_is_named(started):
    with pytest.raises(ConfigError, match="launcher is 'slurm', which needs GPUs"):
        prepare_cpu_distributed(Config(dict(launcher='slurm')))


@pytest.mark.parametrize(
    'device, launcher, reason',
    [
        ('cpu', 'pytorch', 'torchrun did not start this process: it would have set RANK'),
        ('cuda', 'pytorch', 'torchrun did not start this process: it would have set RANK'),
        ('cuda', 'slurm', 'srun did not start this process: it would have set SLURM_PROCID'),
        ('cuda', 'mpi', 'mpirun did not start this process: it would have set OMPI_COMM_WORLD'),
    ],
)
def test_a_launcher_that_did_not_start_the_process(started, monkeypatch, device, launcher, reason):
    monkeypatch.setattr(cpu_distributed, 'get_device', lambda: device)
    for name in ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_LOCAL_RANK'):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=f"launcher is '{launcher}', but {reason}"):
        prepare_cpu_distributed(Config(dict(launcher=launcher)))
    assert not started


@pytest.mark.parametrize('launcher, initialized', [('pytorch', True), ('other', False)])
def test_a_group_that_is_there_and_unknown_launchers_are_left_to_mmengine(
    started, monkeypatch, launcher, initialized
):
    monkeypatch.setattr(cpu_distributed, 'get_device', lambda: 'cuda')
    monkeypatch.setattr(cpu_distributed.distributed, 'is_initialized', lambda: initialized)
    monkeypatch.delenv('RANK')
    prepare_cpu_distributed(Config(dict(launcher=launcher)))
    assert not started


EXITS = """
import atexit
from mmengine.config import Config
from torch import distributed
from mmpose_ae.engine import cpu_distributed

atexit.register(lambda: print('still there:', distributed.is_initialized()))  # runs last
cpu_distributed.get_device = lambda: 'cpu'
cpu_distributed.prepare_cpu_distributed(Config(dict(launcher='pytorch')))
print('started:', distributed.is_initialized())
"""


def test_the_group_ends_before_the_process():
    alone = dict(RANK='0', WORLD_SIZE='1', MASTER_ADDR='127.0.0.1', MASTER_PORT='0')
    done = subprocess.run(
        [sys.executable, '-c', EXITS], env=dict(os.environ, **alone), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ['started: True', 'still there: False']


BEYOND = 7  # exit status of a process that goes on after the block


def leave(error, in_group):
    """Be in a group of one, and raise an error at the end of its block."""
    atexit._clear()  # what this process has from its parent
    atexit.register(os.write, 1, b'last words')
    if in_group:
        distributed.init_process_group('gloo', store=distributed.HashStore(), rank=0, world_size=1)
    try:
        with leaving_group():
            if error is not None:
                raise error
    finally:
        os._exit(BEYOND)


@pytest.mark.parametrize('error, status, words', [
    (None, 0, ''),
    (SystemExit(3), 3, ''),
    (SystemExit(), 0, ''),
    (SystemExit('it is missing'), 1, 'it is missing\n'),
    (KeyError('boxes'), 1, "KeyError: 'boxes'\n"),
])  # fmt: skip
def test_a_process_of_a_group_ends_with_its_block(error, status, words, capfd):
    """Without the end of the interpreter, but as that would: status, message, and ``atexit``."""
    process = multiprocessing.get_context('fork').Process(target=leave, args=(error, True))
    process.start()
    process.join(300)
    out, err = capfd.readouterr()
    assert process.exitcode == status
    assert out == 'last words' and err.endswith(words) and bool(err) == bool(words)


@pytest.mark.parametrize('error', [None, SystemExit(3)])
def test_other_processes_go_on(error):
    process = multiprocessing.get_context('fork').Process(target=leave, args=(error, False))
    process.start()
    process.join(300)
    assert process.exitcode == BEYOND
