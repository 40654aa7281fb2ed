"""Checkpoints and whatever MMEngine writes, as whole files."""

import os
from contextlib import contextmanager
from typing import Dict, Iterator, Optional, Union

from mmengine.fileio import LocalBackend, register_backend

from mmpose_ae.whole_files import write_whole


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
