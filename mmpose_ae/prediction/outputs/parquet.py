"""Parquet: a table of pictures for large jobs."""

import json
import os
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Optional

from ..prediction import Prediction
from .output import Header
from .people_json import describe
from .progress import Entry, as_text

if TYPE_CHECKING:
    import pyarrow

PART = 'part-{:06}.parquet'
LARGEST = 5000  # pictures and people of a part: what is held in memory
LONGEST = 60.0  # seconds until a part is written: what a power cut may cost
KEYPOINT = ('x', 'y', 'score', 'filled')


class PeopleParquet:
    """``people.parquet``, a folder of parts that readers of Parquet take as one table.

    A row is a picture: the columns are the entries of :meth:`Prediction.to_dict`, a keypoint being
    a struct of x, y, score and filled (``mask`` is null of networks that find none), and ``error``
    where the picture could not be read. What
    describes the run is JSON in the schema's metadata, at ``mmpose_ae``. Each part appears as a
    whole.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
        resume (bool): Add to the parts that are there, after :meth:`keep`.

    Raises:
        ImportError: pyarrow is not installed.
    """

    def __init__(self, folder: Path, header: Header, resume: bool = False) -> None:
        self._pyarrow = _import_pyarrow()
        self.folder = folder / 'people.parquet'
        self.folder.mkdir(parents=True, exist_ok=True)
        if not resume:
            for part in _parts(folder):
                part.unlink()
        self._schema = make_schema(header)
        self._number = max((_number(part) + 1 for part in _parts(folder)), default=0)
        self._rows: List[Dict[str, Any]] = []
        self._size, self._started = 0, time.monotonic()

    @staticmethod
    def check() -> None:
        """Refuse to start without pyarrow."""
        _import_pyarrow()

    @staticmethod
    def entries(folder: Path) -> Iterator[Entry]:
        """Read which pictures an earlier run has written."""
        _import_pyarrow()
        for part in _parts(folder):
            columns = _read(part, ['path', 'frame', 'error']).to_pydict()
            for path, frame, error in zip(*columns.values()):
                yield Entry(path, frame, error is not None)

    @staticmethod
    def keep(folder: Path, header: Header, kept: Iterable[bool]) -> None:
        """Keep some of the entries that an earlier run has written, and drop the others."""
        pyarrow, kept = _import_pyarrow(), iter(kept)
        for part in _parts(folder):
            table = _read(part)
            rows = [next(kept) for _ in range(len(table))]
            if not any(rows):
                part.unlink()
            elif not all(rows):
                _write(pyarrow, table.filter(pyarrow.array(rows)), part)

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        self._add(make_row(prediction))

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Note a picture that could not be read."""
        self._add(make_failed_row(path, frame, reason))

    def close(self) -> List[Path]:
        """Write what waits; of a run without a picture a part without rows."""
        if self._rows or not self._number:
            self._write_part()
        return [self.folder]

    def _add(self, row: Dict[str, Any]) -> None:
        self._rows.append(row)
        self._size += 1 + len(row['people'])
        if self._size >= LARGEST or time.monotonic() - self._started >= LONGEST:
            self._write_part()

    def _write_part(self) -> None:
        table = self._pyarrow.Table.from_pylist(self._rows, schema=self._schema)
        _write(self._pyarrow, table, self.folder / PART.format(self._number))
        self._number += 1
        self._rows, self._size, self._started = [], 0, time.monotonic()


def make_row(prediction: Prediction) -> Dict[str, Any]:
    """The row of a picture.

    Args:
        prediction (Prediction): Its people.

    Returns:
        dict: :meth:`Prediction.to_dict` with names for the numbers of a keypoint.
    """
    row = prediction.to_dict()
    row['path'] = _text(row['path'])
    for person in row['people']:
        person['keypoints'] = [
            dict(zip(KEYPOINT, point), filled=bool(point[-1])) for point in person['keypoints']
        ]
    return row


def make_failed_row(path: Optional[str], frame: Optional[int], reason: str) -> Dict[str, Any]:
    """The row of a picture that could not be read."""
    return dict(path=_text(path), frame=frame, error=_text(reason), people=[])


def make_schema(header: Header) -> 'pyarrow.Schema':
    """The columns of a table.

    Args:
        header (Header): Of the run.

    Returns:
        pyarrow.Schema: Of rows that :func:`make_row` and :func:`make_failed_row` make.

    Raises:
        ImportError: pyarrow is not installed.
    """
    pyarrow = _import_pyarrow()
    number, integer, text = pyarrow.float32(), pyarrow.int64(), pyarrow.string()
    keypoint = pyarrow.struct([*((name, number) for name in KEYPOINT[:3]), ('filled', 'bool')])
    mask = pyarrow.struct([('size', pyarrow.list_(integer)), ('counts', text)])
    person = pyarrow.struct(
        [
            ('id', integer),
            ('score', number),
            ('box', pyarrow.list_(number)),
            ('keypoints', pyarrow.list_(keypoint)),
            ('mask', mask),
        ]
    )
    columns = [
        ('path', text),
        ('frame', integer),
        ('time', pyarrow.float64()),
        ('width', integer),
        ('height', integer),
        ('people', pyarrow.list_(person)),
        ('error', text),
    ]
    return pyarrow.schema(columns, metadata=dict(mmpose_ae=json.dumps(describe(header))))


def _text(text: Optional[str]) -> Optional[str]:
    return None if text is None else as_text(text)


def _import_pyarrow() -> ModuleType:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError('parquet needs pyarrow: pip install "mmpose_ae[parquet]"') from error
    return pyarrow


def _parts(folder: Path) -> List[Path]:
    """The parts of a table, in order."""
    return sorted((folder / 'people.parquet').glob(PART.replace('{:06}', '*')), key=_number)


def _number(part: Path) -> int:
    return int(part.stem.partition('-')[2])


def _read(part: Path, columns: Optional[List[str]] = None) -> Any:
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(part) as file:
            return file.read(columns)
    except (OSError, ValueError) as error:
        raise ValueError(f'{part} cannot be read as Parquet: {error}') from error


def _write(pyarrow: ModuleType, table: Any, part: Path) -> None:
    """Write a part beside its place, under a name that readers pass over, and move it there."""
    partial = part.with_name(f'.{part.name}')
    pyarrow.parquet.write_table(table, partial, compression='zstd')
    os.replace(partial, part)
