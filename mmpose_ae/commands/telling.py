"""How commands that need torch and MMPose say what they do, and what is wrong."""

import sys
from typing import Iterable

from mmpose_ae.checkpoints import CheckpointError

# Errors that end a command with one line; the TypeError is that of an unknown option.
TOLD = (CheckpointError, ImportError, OSError, TypeError, ValueError)


def tell(lines: Iterable[str]) -> int:
    """Print what a command says, as it comes, and what is wrong, if it ends with that.

    Args:
        lines (iterable): Its lines. Going through them is what the command does.

    Returns:
        int: Exit status: 1 where something is wrong.
    """
    try:
        for line in lines:
            print(line, flush=True)
    except TOLD as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return 0
