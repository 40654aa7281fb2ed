"""Results in COCO's format, and the list of images that their numbers mean."""

import json
from itertools import count
from pathlib import Path
from typing import Iterator, List, Optional

from ..prediction import Prediction
from .output import Header

DIGITS = 15  # of whole numbers that readers in all languages have exactly


class CocoResults:
    """``coco_results.json``, a list of people, and ``coco_images.json``, the numbers of pictures.

    Images are numbered from 1 on; a file whose name is a number, as in COCO, has that number, of
    two such files the first.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self.folder = folder
        self._people: List[List[dict]] = []  # of each image
        self._images: List[dict] = []

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        width, height = prediction.size
        name, frame = prediction.path, prediction.frame
        self._images.append(dict(file_name=name, width=width, height=height, frame_id=frame))
        self._people.append(prediction.to_coco())

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Write both files."""
        images = [dict(id=number, **image) for number, image in zip(self._numbers(), self._images)]
        results = [
            dict(person, image_id=image['id'])
            for image, people in zip(images, self._people)
            for person in people
        ]
        paths = [self.folder / 'coco_results.json', self.folder / 'coco_images.json']
        for path, content in zip(paths, (results, dict(images=images))):
            path.write_text(json.dumps(content) + '\n')
        return paths

    def _numbers(self) -> Iterator[int]:
        """Number of each image. No other gets that of a file's name, whichever comes first."""
        names = [_number_of_name(image) for image in self._images]
        reserved, taken = set(names), set()
        for place, number in enumerate(names, 1):
            if number is None or number in taken:
                number = next(n for n in count(place) if n not in reserved and n not in taken)
            taken.add(number)
            yield number


def _number_of_name(image: dict) -> Optional[int]:
    """The number that is the name of a file; None of another name, or of a frame."""
    stem = Path(image['file_name'] or '').stem
    digits = stem.lstrip('0') or stem[-1:]
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= DIGITS
    return int(digits) if is_number and image['frame_id'] is None else None
