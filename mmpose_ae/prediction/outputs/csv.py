"""A table with one row for each keypoint."""

import csv
from pathlib import Path
from typing import List, Optional

from ..prediction import ROW, Prediction
from .output import Header


class Csv:
    """``people.csv``: the rows of :meth:`Prediction.to_rows`; empty where there is no value.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.path = folder / 'people.csv'
        # Names of files may be in no encoding.
        self._file = self.path.open('w', newline='', encoding='utf-8', errors='surrogateescape')
        self._table = csv.DictWriter(self._file, ROW)
        self._table.writeheader()

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        self._table.writerows(prediction.to_rows())

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Finish the file."""
        self._file.close()
        return [self.path]
