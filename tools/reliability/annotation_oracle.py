"""Who is in an annotation file: a second reading of it, which shares no code with the first.

It reads with Python alone, and knows only the files of :mod:`annotation_mutations`. It may be
slow, and strict where the reader repairs: to refuse a file by name is always right.
"""

import json
import math
from collections import Counter
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from annotation_mutations import HEIGHT, NUM_IMAGES, NUM_KEYPOINTS, WIDTH, run_lengths
from numpy import float32

Point = Tuple[float, float]
# Name of the image's file, and x and y of each keypoint, None where it is not annotated.
Person = Tuple[str, Tuple[Optional[Point], ...]]
FARTHEST = 1e6  # pixels
FILE_NAMES = {f'{index}.png' for index in range(NUM_IMAGES)}


class Truth(NamedTuple):
    """What a file says.

    Attributes:
        people (Counter): Labelled people. A person who is listed twice counts twice.
        supervised (list): File names and points that belong to these people alone.
        masked (list): File names and points that belong to people without keypoints alone.
    """

    people: Counter
    supervised: List[Tuple[str, Point]]
    masked: List[Tuple[str, Point]]


class Unreadable(Exception):
    """What the file means is not certain: no reading of it is right."""


class Doubtful(Exception):
    """Whoever reads the file without a warning has lost or mixed up somebody."""


def read_truth(text: str) -> Truth:
    """Read a file.

    Args:
        text (str): What it holds.

    Returns:
        Truth: Who is in it.

    Raises:
        Unreadable: If it has to be refused.
        Doubtful: If it may be read, but not without a warning.
    """
    try:
        content = json.loads(text.lstrip('\ufeff'))
    except ValueError as error:
        raise Unreadable('not JSON') from error
    if not isinstance(content, dict):
        raise Unreadable('not a dictionary')
    names = _image_names(_items(content, 'images'))
    groups = _by_image(names, _items(content, 'annotations'))
    if len(set(names.values())) < len(names):
        raise Doubtful('images share a file')
    truth = Truth(Counter(), [], [])
    for number, annotations in groups.items():
        truth = _add_image(truth, names[number], annotations)
    return truth


def _items(content: dict, section: str) -> List[dict]:
    items = content.get(section)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable(f'{section} are not a list of dictionaries')
    return list({json.dumps(item): item for item in items}.values())  # each once


def _image_names(images: List[dict]) -> Dict[Any, str]:
    """File name of each image by its id."""
    names: Dict[Any, str] = {}
    for image in images:
        for field, side in dict(width=WIDTH, height=HEIGHT).items():
            if image.get(field) is not None and _number(image[field]) != side:
                raise Unreadable(f'{field} is not that of the image')
        number = _id(image.get('id'))
        if number is None or number in names:
            raise Unreadable('images without an id, or two with one')
        names[number] = _file_name(image.get('file_name'))
    return names


def _id(value: Any) -> Any:
    """What an id is compared by: 7, 7.0 and '7' are one."""
    if isinstance(value, str):
        return int(value) if value.isdigit() else value or None
    return value if isinstance(value, (int, float)) else None


def _file_name(value: Any) -> str:
    name = value[2:] if isinstance(value, str) and value.startswith('./') else value
    if not isinstance(name, str) or name not in FILE_NAMES:
        raise Unreadable('no such image')
    return name


def _by_image(names: Dict[Any, str], annotations: List[dict]) -> Dict[Any, List[dict]]:
    """Annotations of each image by its id."""
    groups: Dict[Any, List[dict]] = {number: [] for number in names}
    for annotation in annotations:
        number = _id(annotation.get('image_id'))
        if number in groups:
            groups[number].append(annotation)
        elif not _is_crowd(annotation) and _points(annotation):
            raise Doubtful('people of images that are not listed')
    return groups


def _add_image(truth: Truth, name: str, annotations: List[dict]) -> Truth:
    read = [(a, None if _is_crowd(a) else _points(a)) for a in annotations]
    people = Counter((name, points) for _, points in read if points)
    inside = [_outline(annotation, points) for annotation, points in read]
    supervised, masked = [], []
    for i, (_, points) in enumerate(read):
        others = [covers for j, covers in enumerate(inside) if (read[j][1] is None) == bool(points)]
        probes = [p for p in points or () if p] or _middle(read[i][0], inside[i])
        for probe in filter(_is_well_inside, probes):
            if not any(covers(probe) for covers in others):
                (supervised if points else masked).append((name, probe))
    return Truth(
        truth.people + people,
        truth.supervised + supervised,
        truth.masked + masked,
    )


def _is_crowd(annotation: dict) -> bool:
    value = annotation.get('iscrowd')
    if value is None:
        return False
    number = _number(value)
    if number not in (0, 1):
        raise Unreadable('iscrowd is neither 0 nor 1')
    return number == 1


def _points(annotation: dict) -> Optional[Tuple[Optional[Point], ...]]:
    """Annotated keypoints of a person, None without any."""
    values = annotation.get('keypoints')
    if values is None or values == []:
        return None
    if not isinstance(values, list):
        raise Unreadable('keypoints are not a list')
    if all(isinstance(value, list) and len(value) == 3 for value in values):
        values = [number for triple in values for number in triple]
    if len(values) != 3 * NUM_KEYPOINTS:
        raise Unreadable('another number of keypoints')
    sides = [math.nan if i % 3 < 2 and v is None else v for i, v in enumerate(values)]
    numbers = [float(float32(_number(value))) for value in sides]
    triples = list(zip(numbers[::3], numbers[1::3], numbers[2::3]))
    points = tuple((x, y) if visible > 0 else None for x, y, visible in triples)
    if any(math.isnan(visible) for *_, visible in triples):
        raise Unreadable('a visibility that is not a number')
    if not all(abs(side) < FARTHEST for point in filter(None, points) for side in point):
        raise Unreadable('keypoints that are not finite, or on no image')
    return points if any(points) else None


def _number(value: Any) -> float:
    if value is None or isinstance(value, (list, dict)):
        raise Unreadable('not a number')
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise Unreadable('not a number') from error


def _box(annotation: dict) -> Optional[Tuple[float, float, float, float]]:
    """Left, top, right, bottom, None without a box that encloses anything."""
    values = annotation.get('bbox')
    try:
        left, top, width, height = map(_number, values)
    except (Unreadable, TypeError, ValueError):
        return None
    whole = math.isfinite(left + top + width + height) and width > 0 and height > 0
    return (left, top, left + width, top + height) if whole else None


def _outline(annotation: dict, points: Optional[tuple]) -> Any:
    """Tells whether a point may belong to an annotation: rather too often than not."""
    known = [point for point in points or () if point]
    boxes = [_box(annotation) or (0, 0, WIDTH, HEIGHT)]
    if known:
        xs, ys = zip(*known)
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    drawn = annotation.get('segmentation')
    if drawn and not _is_box(drawn, boxes[0]):
        boxes.append((0, 0, WIDTH, HEIGHT))
    return lambda point: any(
        left - 2 <= point[0] <= right + 2 and top - 2 <= point[1] <= bottom + 2
        for left, top, right, bottom in boxes
    )


def _is_box(drawn: Any, box: Tuple[float, ...]) -> bool:
    """Whether an outline is just the box."""
    left, top, right, bottom = box
    if isinstance(drawn, dict):
        return drawn == run_lengths(
            [round(side) for side in (left, top, right - left, bottom - top)]
        )
    return drawn == [[left, top, right, top, right, bottom, left, bottom]]


def _middle(annotation: dict, covers: Any) -> List[Point]:
    """The middle of the box of a person without keypoints, where that is certainly left out."""
    box, drawn = _box(annotation), annotation.get('segmentation')
    if box is None or not (not drawn or _is_box(drawn, box)):
        return []
    left, top, right, bottom = box
    wide_enough = right - left >= 4 and bottom - top >= 4
    return [((left + right) / 2, (top + bottom) / 2)] if wide_enough else []


def _is_well_inside(point: Point) -> bool:
    return 2 <= point[0] <= WIDTH - 3 and 2 <= point[1] <= HEIGHT - 3
