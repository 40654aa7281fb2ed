"""Where a run goes on that was interrupted, at any moment."""

import logging
import os
import re
from pathlib import Path
from typing import List, Optional

import torch
from mmengine.config import Config
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from torch import Tensor

from .reading import CheckpointError
from .start_weights import drop_start_weights

POINTER = 'last_checkpoint'
TEMPLATES = ('epoch_{}.pth', 'iter_{}.pth')
# What a run goes on with, and the entries in it that it needs.
NEEDED = dict(
    meta=('epoch', 'iter'),
    state_dict=(),
    message_hub=('log_scalars', 'runtime_info', 'resumed_keys'),
    optimizer=(),
)


def resume_newest(cfg: Config) -> bool:
    """Let a run go on from its newest intact checkpoint; without any it begins as its config says.

    The log says which of the two it is.

    All weights come from it then, so that those that the run started from need not be there.

    Args:
        cfg (Config): The config of the run, with its ``work_dir``; changed in place.

    Returns:
        bool: Whether there is one.

    Raises:
        CheckpointError: As :func:`find_intact_checkpoint`.
    """
    checkpoint = find_intact_checkpoint(cfg)
    if checkpoint is None:
        print_log(f'no checkpoint in {cfg.work_dir} yet: training begins anew')
        cfg.resume = False
        return False
    cfg.resume, cfg.load_from = True, checkpoint
    drop_start_weights(cfg.model)
    return True


def find_intact_checkpoint(cfg: Config) -> Optional[str]:
    """Find the newest checkpoint that a run can go on from.

    Those that are damaged or incomplete are passed over; the log says which, and why.

    Args:
        cfg (Config): The config of the run, with its ``work_dir``.

    Returns:
        str | None: The file; None if there is none, not even a damaged one.

    Raises:
        CheckpointError: There are checkpoints, but none is intact; all are named.
    """
    passed_over = []
    for path in list_checkpoints(cfg):
        try:
            load_resumable(path)
        except (CheckpointError, OSError) as error:
            passed_over.append(str(error))
            print_log(f'passed over to resume: {error}', level=logging.WARNING)
        else:
            print_log(f'resumes from {path}')
            return path
    if passed_over:
        reasons = '\n'.join(passed_over)
        raise CheckpointError(f'no checkpoint in {cfg.work_dir} is intact:\n{reasons}')
    return None


def describe_progress(cfg: Config) -> str:
    """Say what a run that was stopped would go on from.

    Args:
        cfg (Config): The config of the run, with its ``work_dir``.

    Returns:
        str: The newest intact checkpoint, and how far it is; or that there is none.
    """
    for path in list_checkpoints(cfg):
        try:
            meta = load_resumable(path)['meta']
        except (CheckpointError, OSError):
            continue
        by_epoch = cfg.train_cfg.get('by_epoch', True)
        done = f'epoch {meta["epoch"]}' if by_epoch else f'iteration {meta["iter"]}'
        return f'--resume goes on after {done}, from {path}'
    return f'no checkpoint is saved in {cfg.work_dir} yet'


def list_checkpoints(cfg: Config) -> List[str]:
    """List the checkpoints that a run has written, the newest first.

    Args:
        cfg (Config): The config of the run. The file ``last_checkpoint`` in its ``work_dir`` may
            name another file or an address; it need not be there.

    Returns:
        list[str]: Files, or the address; without the best ones, from which no run goes on.
    """
    named = _named_by_pointer(Path(cfg.work_dir))
    if '://' in named:
        return [named]
    hook = cfg.get('default_hooks', {}).get('checkpoint') or {}
    folders = [Path(cfg.work_dir)]
    if hook.get('out_dir'):
        folders.append(Path(hook.out_dir, folders[0].name))
    templates = [hook.filename_tmpl] if hook.get('filename_tmpl') else TEMPLATES
    name = '|'.join(re.escape(template).replace(r'\{\}', r'\d+') for template in templates)
    files = (path.absolute() for folder in folders for path in folder.glob('*'))
    paths = {path for path in files if re.fullmatch(name, path.name)}
    if os.path.isfile(named):
        paths.add(Path(named).absolute())
    elif named:
        print_log(f'{POINTER} names {named}, which is not there', level=logging.WARNING)
    return [str(path) for path in sorted(paths, key=_age)]


def _named_by_pointer(work_dir: Path) -> str:
    try:
        return (work_dir / POINTER).read_text(errors='replace').replace('\0', '').strip()
    except OSError:
        return ''


def _age(path: Path) -> tuple:
    digits = ''.join(character for character in path.stem if character.isdigit())
    return -path.stat().st_mtime_ns, -int(digits or 0)


def load_resumable(filename: str) -> dict:
    """Read a checkpoint, and check that a run can go on from it.

    Args:
        filename (str): A file, or an address of a scheme that MMEngine knows.

    Returns:
        dict: What was saved.

    Raises:
        FileNotFoundError: There is no such file.
        CheckpointError: It cannot be read, or lacks what a run goes on with.
    """
    checkpoint = CheckpointLoader.load_checkpoint(str(filename), 'cpu', None)
    lacking = [
        '.'.join([entry, *names])
        for entry, needed in NEEDED.items()
        for names in [(), *((name,) for name in needed)]
        if not _has(checkpoint, entry, *names)
    ]
    if lacking:
        raise CheckpointError(
            f'{filename} has no {", ".join(lacking)} to go on with; it may be tested, if its '
            'weights are whole'
        )
    broken = [
        name
        for name, value in checkpoint['state_dict'].items()
        if isinstance(value, Tensor) and not torch.isfinite(value).all()
    ]
    if broken:
        raise CheckpointError(f'{filename} has weights that are not finite: {", ".join(broken)}')
    return checkpoint


def _has(checkpoint: dict, entry: str, name: Optional[str] = None) -> bool:
    value = checkpoint.get(entry)
    if not isinstance(value, dict) or name is None:
        return isinstance(value, dict)
    return isinstance(value.get(name), int if entry == 'meta' else dict)
