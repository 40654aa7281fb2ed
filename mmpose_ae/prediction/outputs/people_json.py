"""Our JSON: one schema for pictures and videos, written as it comes."""

import json
import os
from itertools import compress, islice
from pathlib import Path
from typing import Any, Iterable, Iterator, List, Optional

from ..prediction import Prediction
from .output import Header
from .progress import Entry

SCHEMA = 'mmpose_ae people 1'
LINES = 'people.jsonl'


def describe(header: Header) -> dict:
    """What our files say of a run."""
    return dict(
        schema=SCHEMA,
        model=header.model,
        score_threshold=header.score_threshold,
        keypoints=list(header.keypoint_names),
        skeleton=[list(limb) for limb in header.skeleton],
    )


class PeopleJsonLines:
    """``people.jsonl``: a line that describes the run, then one of each picture.

    A picture is what :meth:`Prediction.to_dict` says, or ``path``, ``frame`` and ``error``.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
        resume (bool): Add to the file that is there, after :meth:`keep`.
    """

    def __init__(self, folder: Path, header: Header, resume: bool = False) -> None:
        self.path = folder / LINES
        self._file = self.path.open('a' if resume else 'w')
        if not resume:
            self._add(describe(header))

    @staticmethod
    def entries(folder: Path) -> Iterator[Entry]:
        """Read which pictures an earlier run has written."""
        for number, line in enumerate(_whole_lines(folder / LINES), 2):
            try:
                entry = json.loads(line)
                yield Entry(entry['path'], entry['frame'], 'error' in entry)
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f'{folder / LINES}, line {number}: no picture: {error}') from error

    @staticmethod
    def keep(folder: Path, header: Header, kept: Iterable[bool]) -> None:
        """Keep some of the entries that an earlier run has written, and drop the others."""
        partial = folder / f'.{LINES}'
        with partial.open('w') as file:
            file.write(json.dumps(describe(header)) + '\n')
            file.writelines(compress(_whole_lines(folder / LINES), kept))
        os.replace(partial, folder / LINES)

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        self._add(prediction.to_dict())

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Note a picture that could not be read."""
        self._add(dict(path=path, frame=frame, error=reason))

    def close(self) -> List[Path]:
        """Finish the file."""
        self._file.close()
        return [self.path]

    def _add(self, value: Any) -> None:
        self._file.write(json.dumps(value) + '\n')
        self._file.flush()


class PeopleJson:
    """``people.json``: an object of what describes the run, and ``images``, a list.

    An entry is what :meth:`Prediction.to_dict` says, or ``path``, ``frame`` and ``error``.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.path = folder / 'people.json'
        self._file = self.path.open('w')
        self._file.write(json.dumps(describe(header))[:-1] + ', "images": [')
        self._separator = '\n'

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        self._add(prediction.to_dict())

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Note a picture that could not be read."""
        self._add(dict(path=path, frame=frame, error=reason))

    def close(self) -> List[Path]:
        """Finish the file."""
        self._file.write('\n]}\n')
        self._file.close()
        return [self.path]

    def _add(self, value: Any) -> None:
        self._file.write(self._separator + json.dumps(value))
        self._separator = ',\n'


def _whole_lines(path: Path) -> Iterator[str]:
    """The lines of pictures; none of a file that is not there, nor a last one that was cut off."""
    if path.exists():
        with path.open() as file:
            yield from (line for line in islice(file, 1, None) if line.endswith('\n'))
