"""Results in COCO's format, and the list of images that their numbers mean."""

import json
from pathlib import Path
from typing import List, Optional

from ..prediction import Prediction
from .output import Header


class CocoResults:
    """``coco_results.json``, a list of people, and ``coco_images.json``, the numbers of pictures.

    Images are numbered from 1 on; a file whose name is a number, as in COCO, has that number.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.folder = folder
        self._results: List[dict] = []
        self._images: List[dict] = []
        self._taken = set()

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        width, height = prediction.size
        number = self._number(prediction)
        name, frame = prediction.path, prediction.frame
        self._images.append(
            dict(id=number, file_name=name, width=width, height=height, frame_id=frame)
        )
        self._results += prediction.to_coco(number)

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Write both files."""
        paths = [self.folder / 'coco_results.json', self.folder / 'coco_images.json']
        for path, content in zip(paths, (self._results, dict(images=self._images))):
            path.write_text(json.dumps(content) + '\n')
        return paths

    def _number(self, prediction: Prediction) -> int:
        stem = Path(prediction.path or '').stem
        number = int(stem) if stem.isdecimal() and prediction.frame is None else None
        if number is None or number in self._taken:
            number = len(self._images) + 1
            while number in self._taken:
                number += 1
        self._taken.add(number)
        return number
