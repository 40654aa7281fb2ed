"""Folders that are to be written to, looked at before anything is loaded."""

import os
from pathlib import Path


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to; nothing is made.

    Args:
        folder (Path): It need not be there, nor the folders that it is in.

    Raises:
        ValueError: Says what is in the way.
    """
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if _is(place))
    if not there.is_dir():
        raise ValueError(f'{folder} cannot be a folder of outputs: {there} is a file')
    if not os.access(there, os.W_OK | os.X_OK):
        raise ValueError(f'{folder} cannot be written to: {there} does not allow it')


def _is(place: Path) -> bool:
    """Whether something has that name, a link to nothing included."""
    return os.path.lexists(place)
