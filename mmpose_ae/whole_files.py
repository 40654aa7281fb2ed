"""Files that are there as a whole or not at all, whatever happens while they are written."""

import os
from pathlib import Path
from typing import List, Union

PARTIAL = '.partial'


def write_whole(path: Union[str, os.PathLike], content: bytes) -> None:
    """Write a file beside its place, and move it there when it is whole and on the disk.

    Args:
        path (str | PathLike): The file; one that is there stays as it is until it is replaced.
        content (bytes): What is in it.

    Raises:
        OSError: It cannot be written, with its name; nothing is left beside it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    try:
        with open(partial, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the disk know the new name, too, where a folder can be opened."""
    if os.name == 'posix':
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_partial(folder: Union[str, os.PathLike]) -> List[str]:
    """Remove what processes have left that were killed while they wrote.

    Args:
        folder (str | PathLike): Where they wrote.

    Returns:
        list[str]: Names of the files that were removed.
    """
    found = sorted(Path(folder).glob(f'*{PARTIAL}'))
    for path in found:
        path.unlink(missing_ok=True)
    return [path.name for path in found]
