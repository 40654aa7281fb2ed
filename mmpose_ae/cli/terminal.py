"""What users see of a command that runs."""

import sys
import warnings
from contextlib import contextmanager, nullcontext
from typing import ContextManager, Iterator

from tqdm import tqdm

INTERRUPTED = 130  # what shells say of Ctrl-C


@contextmanager
def own_lines() -> Iterator[None]:
    """Keep the terminal for the command: libraries say no more than warnings, each in a line."""

    def show(message: Warning, *args: object) -> None:
        tqdm.write(f'warning: {message}', file=sys.stderr)

    with _quiet_log(), warnings.catch_warnings():
        warnings.filterwarnings('ignore', module=r'mmpose\.')
        warnings.showwarning = show
        yield


def _quiet_log() -> ContextManager:
    """Let MMEngine, where it is loaded, log no more than warnings."""
    return _warnings_of_mmengine() if 'mmengine' in sys.modules else nullcontext()


@contextmanager
def _warnings_of_mmengine() -> Iterator[None]:
    from mmengine.logging import MMLogger

    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel('WARNING')
    try:
        yield
    finally:
        logger.setLevel(level)
