"""Distributed training on machines without a GPU, which MMEngine's launcher does not foresee."""

import atexit
import os
import sys
from contextlib import contextmanager
from typing import Iterator

from mmengine.config import Config
from mmengine.device import get_device
from torch import distributed


def prepare_cpu_distributed(cfg: Config) -> None:
    """Let several processes train or test on the CPU; do nothing on a GPU or in one process.

    MMEngine selects a GPU when it starts the process group and when it wraps the model. Here the
    group is started before it (gloo; rank and address from the environment torchrun sets), and
    ``model_wrapper_cfg`` is told that there are no devices. The group ends when the process exits.

    Args:
        cfg (Config): The config the runner will be built from; ``launcher`` is set.

    Raises:
        ValueError: If the launcher is not torchrun's, ``'pytorch'``.
    """
    launcher = cfg.get('launcher', 'none')
    if launcher == 'none' or get_device() != 'cpu':
        return
    if launcher != 'pytorch':
        raise ValueError(
            f"launcher is '{launcher}', which needs GPUs; on the CPU start with torchrun "
            "(tools/dist_train.sh, tools/dist_test.sh) and launcher 'pytorch'"
        )
    distributed.init_process_group('gloo')
    atexit.register(_end_group)
    cfg.model_wrapper_cfg = {
        'type': 'MMDistributedDataParallel',
        'broadcast_buffers': False,
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
        **(cfg.get('model_wrapper_cfg') or {}),
        'device_ids': None,
    }


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
    return distributed.is_initialized() and distributed.get_backend() == 'gloo'


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
