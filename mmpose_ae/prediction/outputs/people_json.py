"""Our JSON: one schema for pictures and videos, written as it comes."""

import json
from pathlib import Path
from typing import Any, List, Optional

from ..prediction import Prediction
from .output import Header

SCHEMA = 'mmpose_ae people 1'


def _describe(header: Header) -> dict:
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
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.path = folder / 'people.jsonl'
        self._file = self.path.open('w')
        self._add(_describe(header))

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
        self._file.write(json.dumps(_describe(header))[:-1] + ', "images": [')
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
