"""Files that are there as a whole or not at all, whatever happens while they are written."""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Union

from mmengine.fileio import LocalBackend, register_backend

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


@register_backend('whole_files')
class WholeFilesBackend(LocalBackend):
    """MMEngine's local files, each written by :func:`write_whole`."""

    _postponed: Optional[Dict[str, int]] = None

    def put(self, obj: bytes, filepath: Union[str, os.PathLike]) -> None:
        """Write a file as a whole.

        Args:
            obj (bytes): What is in it.
            filepath (str | PathLike): The file.
        """
        write_whole(filepath, obj)

    def remove(self, filepath: Union[str, os.PathLike]) -> None:
        """Remove a file, at the end of :meth:`removing_afterwards` if it is in progress.

        Args:
            filepath (str | PathLike): The file.
        """
        if self._postponed is None:
            super().remove(filepath)
        else:
            self._postponed[str(filepath)] = os.stat(filepath).st_ino

    @contextmanager
    def removing_afterwards(self) -> Iterator[None]:
        """Keep what is to be removed until what comes in its place was written, or failed to be."""
        self._postponed = {}
        try:
            yield
            postponed = self._postponed
        finally:
            self._postponed = None
        for path, inode in postponed.items():
            if os.stat(path).st_ino == inode:  # not written anew under the same name
                super().remove(path)
