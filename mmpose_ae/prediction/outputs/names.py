"""Names of files that are made of other files."""

import os
import re
from pathlib import Path
from typing import Optional
from urllib.parse import urlparse

LONGEST = 200  # bytes, of the 255 that file systems allow


class Names:
    """Choose a name for what is made of each source: that of the source, but never one twice.

    Args:
        folder (Path): Where the files lie; made when the first name is chosen.
        suffix (str): How names end.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self.suffix = folder, suffix
        self._taken = set()

    def choose(self, source: Optional[str]) -> Path:
        """Choose the next name.

        Args:
            source (str, optional): File or address. None of a picture in memory.

        Returns:
            Path: In the folder; ``a.jpg`` and ``a.png`` give ``a`` and ``a-2``.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        place = urlparse(source).path if source and '://' in source else source
        stem = re.sub(r'[^\w.-]', '_', Path(place or 'picture').stem) or 'picture'
        stem = os.fsencode(stem)[:LONGEST].decode(errors='ignore')
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f'{stem}-{count}'
        self._taken.add(name)
        return self.folder / f'{name}{self.suffix}'
