"""Distributed training on machines without a GPU, which MMEngine's launcher does not foresee."""

import atexit
import os
import sys
from contextlib import contextmanager
from typing import Iterator

from mmengine.config import Config
from mmengine.device import get_device
from torch import distributed

from mmpose_ae.config_files import ConfigError

# What starts the processes of a launcher, and what it sets for each of them.
PROGRAMS = dict(
    pytorch=('torchrun', 'RANK'),
    slurm=('srun', 'SLURM_PROCID'),
    mpi=('mpirun', 'OMPI_COMM_WORLD_LOCAL_RANK'),
)


def prepare_cpu_distributed(cfg: Config) -> None:
    """Let several processes train or test on the CPU; on a GPU only see who started this one.

    MMEngine selects a GPU when it starts the process group and when it wraps the model. Here the
    group is started before it (gloo; rank and address from the environment torchrun sets), and
    ``model_wrapper_cfg`` is told that there are no devices. The group ends when the process exits.

    Args:
        cfg (Config): The config the runner will be built from; ``launcher`` is set.

    Raises:
        ConfigError: If the launcher did not start this process, or on the CPU is not torchrun's,
            ``'pytorch'``.
    """
    launcher, on_cpu = cfg.get('launcher', 'none'), get_device() == 'cpu'
    if launcher == 'none':
        return
    if on_cpu and launcher != 'pytorch':
        raise ConfigError(
            f"launcher is '{launcher}', which needs GPUs; on the CPU start with torchrun "
            "(tools/dist_train.sh, tools/dist_test.sh) and launcher 'pytorch'"
        )
    _check_started(launcher)
    if not on_cpu:
        return
    distributed.init_process_group('gloo')
    atexit.register(_end_group)
    cfg.model_wrapper_cfg = {
        'type': 'MMDistributedDataParallel',
        'broadcast_buffers': False,
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
        **(cfg.get('model_wrapper_cfg') or {}),
        'device_ids': None,
    }


def _check_started(launcher: str) -> None:
    """Refuse a launcher that did not start this process, unless its group is there already."""
    if launcher not in PROGRAMS or distributed.is_initialized():
        return  # MMEngine names the launchers that there are
    program, variable = PROGRAMS[launcher]
    if variable not in os.environ:
        raise ConfigError(
            f"launcher is '{launcher}', but {program} did not start this process: it would have "
            f'set {variable}'
        )


def _end_group() -> None:
    """End the group before the interpreter does, which may warn of it otherwise."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


@contextmanager
def leaving_group() -> Iterator[None]:
    """Leave the process at the end of the block if it is in a group of CPUs; else do nothing.

    It leaves without the end of the interpreter: once DDP was used, gloo's threads outlive their
    group, and one that waits there to free a tensor aborts the process, whose work was done. What
    is registered with ``atexit`` is run, and status and message are those of what is raised.
    """
    try:
        yield
    except BaseException as error:
        if _in_group():
            _leave(_report(error))
        raise
    if _in_group():
        _leave(0)


def _in_group() -> bool:
    started = distributed.is_available() and distributed.is_initialized()
    return started and distributed.get_backend() == 'gloo'


def _report(error: BaseException) -> int:
    """Say what the interpreter would say of an error at its end; gives the exit status."""
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


def _leave(status: int) -> None:
    atexit._run_exitfuncs()  # as the interpreter does; nobody else offers it
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
