"""Distributed training on machines without a GPU, which MMEngine's launcher does not foresee."""

import atexit

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
    """End the group before the interpreter does: gloo's threads may abort a process that exits."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
