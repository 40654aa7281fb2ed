"""What is wrong with a config or a file that a user names, as one line."""

import re
import sys
from contextlib import contextmanager
from typing import Any, Iterator

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import Runner

from mmpose_ae.checkpoints import CheckpointError, describe_progress
from mmpose_ae.config_files import ConfigError
from mmpose_ae.datasets.ledger import AnnotationError
from mmpose_ae.images import ImageError
from mmpose_ae.options import UnknownOption

from .terminal import INTERRUPTED

UNKNOWN = re.compile(r'(\S+) is not in the \S+ registry')  # MMEngine's words


class UnknownType(ValueError):
    """A config names something that nobody has registered."""


class WrongSetting(ValueError):
    """A setting of a config that the part it is for refuses."""


# Mistakes of what a user gave; each says all that is to be known of it.
FAULTS = (
    AnnotationError,
    CheckpointError,
    ConfigError,
    FileNotFoundError,
    ImageError,
    IsADirectoryError,
    PermissionError,
    UnknownOption,
    UnknownType,
    WrongSetting,
)
IN_WORKER, RAISED_AT = 'in DataLoader worker process', '  File "'


@contextmanager
def naming_types(cfg: Config) -> Iterator[None]:
    """Say where in a config a type stands that MMEngine cannot find while things are built.

    Args:
        cfg (Config): What is built.

    Raises:
        UnknownType: It names the file, the key and the type.
    """
    try:
        yield
    except KeyError as error:
        unknown = UNKNOWN.search(str(error.args[0]))
        name = unknown and unknown[1].strip('\'"')
        places = [key for key, value in _types(cfg.to_dict()) if value == name]
        if not places:
            raise
        raise UnknownType(
            f'{cfg.filename}: {", ".join(places)} is {name}, which nobody has registered; '
            'custom_imports names the modules that register what is used'
        ) from error


def _types(part: Any, key: str = '') -> Iterator[tuple]:
    """Each ``type`` below a part of a config: its key and value."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in pairs:
        place = f'{key}.{name}' if key else str(name)
        if name == 'type':
            yield place, value
        elif isinstance(value, (dict, list, tuple)):
            yield from _types(value, place)


def build_runner(cfg: Config, *loops: str) -> Runner:
    """Build what a config describes.

    Args:
        cfg (Config): Of a training or a test.
        *loops (str): Of ``'train_loop'``, ``'val_loop'`` and ``'test_loop'`` those that will run:
            their data and metrics, which MMEngine would build later.

    Returns:
        Runner: With its network.

    Raises:
        WrongSetting: A part refuses its settings, or such a loop is missing. Later on, a
            ``ValueError`` may be of anything.
    """
    try:
        runner = Runner.from_cfg(cfg)
        for loop in loops:
            if getattr(runner, loop) is None:  # this builds it
                kind = loop.partition('_')[0]
                raise ValueError(f'there is no {kind}_dataloader, so nothing to {kind} on')
        return runner
    except ValueError as error:
        if isinstance(error, FAULTS):
            raise
        raise WrongSetting(f'{cfg.filename}: {error}') from error


@contextmanager
def in_one_line() -> Iterator[None]:
    """End a tool without a traceback where what a user gave is wrong, or at Ctrl-C.

    Raises:
        SystemExit: It says what is wrong, also of what a process that loads data came upon; status
            130 at Ctrl-C.
    """
    try:
        yield
    except FAULTS as error:
        raise SystemExit(f'error: {_without_traceback(str(error))}') from error
    except KeyboardInterrupt:
        _stop('stopped')


@contextmanager
def telling_progress(cfg: Config) -> Iterator[None]:
    """End a training at Ctrl-C with what ``--resume`` goes on from.

    Args:
        cfg (Config): Of the run, with its ``work_dir``.

    Raises:
        SystemExit: Status 130, at Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt:
        _stop(f'stopped; {describe_progress(cfg)}')


def _stop(message: str) -> None:
    if is_main_process():
        print(f'\n{message}', file=sys.stderr)  # terminals show ^C on the line
    raise SystemExit(INTERRUPTED) from None


def _without_traceback(text: str) -> str:
    """What a process that loads data says: PyTorch puts its whole traceback into the message."""
    if IN_WORKER not in text:
        return text
    raised = text.rpartition('\n' + RAISED_AT)[2]
    return re.split(r'^[\w.]+: ', raised, maxsplit=1, flags=re.MULTILINE)[-1].strip()
