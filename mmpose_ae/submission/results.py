"""People as COCO's server takes them: which are kept, how they are written, what is wrong."""

import math
from collections import Counter, defaultdict
from typing import Any, Collection, Dict, List, NamedTuple, Optional

MAX_PEOPLE = 20  # pycocotools evaluates as many of an image, those of the highest score
DECIMALS = 2  # of pixels
DIGITS = 9  # of a score: all of a float32, so that no two become alike
PERSON = 1


class Prepared(NamedTuple):
    """What is sent in.

    Attributes:
        entries (list[dict]): The people, those of an image best first.
        notes (list[str]): What was changed or left out, and what looks wrong.
    """

    entries: List[dict]
    notes: List[str]


def prepare(entries: List[dict], num_keypoints: int, source: str) -> Prepared:
    """Make what a network found ready to be sent in.

    Args:
        entries (list[dict]): People with ``image_id``, ``keypoints`` and ``score``.
        num_keypoints (int): Of each.
        source (str): The file that they are from.

    Returns:
        Prepared: The best 20 people of each image, without those whose numbers are not finite;
        rounded; of category 1; with the four keys that are read.

    Raises:
        ValueError: If something else is wrong; names file, entry and key.
    """
    counts, by_image = Counter(), defaultdict(list)
    faults = []
    for number, entry in enumerate(entries):
        faults += _faults(number, entry, num_keypoints, finite=False)
        if faults:
            continue
        category = entry.get('category_id')
        counts['with another category than the number 1, which they have now'] += not (
            type(category) is int and category == PERSON
        )
        if not all(map(_is_finite, [*entry['keypoints'], entry['score']])):
            counts['left out: not all numbers are finite'] += 1
            continue
        by_image[entry['image_id']].append(_rounded(entry))
    raise_faults(source, faults)
    kept = []
    for people in by_image.values():
        people.sort(key=lambda entry: -entry['score'])  # keeps the order of equal ones, as COCO
        counts[f'left out: beyond the best {MAX_PEOPLE} of their image'] += len(people[MAX_PEOPLE:])
        kept += people[:MAX_PEOPLE]
    notes = [f'{count} people {what}' for what, count in counts.items() if count]
    return Prepared(kept, notes + describe(kept))


def check_entries(
    entries: List[Any],
    num_keypoints: int,
    source: str,
    image_ids: Optional[Collection[int]] = None,
) -> List[str]:
    """Check people as they are sent in.

    Args:
        entries (list): What the file has.
        num_keypoints (int): Of a person.
        source (str): The file.
        image_ids (collection[int], optional): The images of the benchmark.

    Returns:
        list[str]: What looks wrong but is allowed.

    Raises:
        ValueError: If a server or script would refuse the file, or count it wrong; names file,
            entry and key.
    """
    faults = []
    for number, entry in enumerate(entries):
        found = _faults(number, entry, num_keypoints, finite=True)
        if not found and image_ids is not None and entry['image_id'] not in image_ids:
            found = [f'entry {number}: image_id {entry["image_id"]} is no image of the benchmark']
        faults += found
    raise_faults(source, faults)
    crowded = sum(n > MAX_PEOPLE for n in Counter(e['image_id'] for e in entries).values())
    more = f'{crowded} images have more than {MAX_PEOPLE} people: only the best ones count'
    return ([more] if crowded else []) + describe(entries)


def describe(entries: List[dict]) -> List[str]:
    """Say what looks wrong about valid people."""
    if not entries:
        return ['nobody is in the file']
    scores: Dict[float, int] = Counter(entry['score'] for entry in entries)
    if len(scores) == 1 and len(entries) > 1:
        (score,) = scores
        return [
            f'all {len(entries)} people have the score {score:g}, so that their order is chance; '
            "MMPose's score_mode='bbox_keypoint' gives 0 if no keypoint scores above 0.2"
        ]
    return []


def raise_faults(source: str, faults: List[str], most: int = 10) -> None:
    """Refuse a file with what is wrong in it, at most so many lines.

    Raises:
        ValueError: If something is.
    """
    if faults:
        more = [f'and {len(faults) - most} more'] if len(faults) > most else []
        raise ValueError('\n  '.join([f'{source}:', *faults[:most], *more]))


def _faults(number: int, entry: Any, num_keypoints: int, finite: bool) -> List[str]:
    """What is wrong with an entry; ``finite`` also asks for finite numbers and the category."""
    if not isinstance(entry, dict):
        return [f'entry {number}: expected a dict, got {entry!r:.60}']
    faults = []
    if type(entry.get('image_id')) is not int:
        faults.append(_fault(number, entry, 'image_id', 'a whole number'))
    if finite and not (type(entry.get('category_id')) is int and entry['category_id'] == PERSON):
        faults.append(_fault(number, entry, 'category_id', f'the whole number {PERSON}'))
    numbers = entry.get('keypoints')
    size = 3 * num_keypoints
    what = f'a flat list of {size} numbers, x, y and a score of {num_keypoints} keypoints'
    if not (isinstance(numbers, list) and all(map(_is_number, numbers))):
        faults.append(_fault(number, entry, 'keypoints', what))
    elif len(numbers) != size:
        faults.append(f'entry {number}: keypoints has {len(numbers)} numbers, expected {what}')
    elif finite and not all(map(_is_finite, numbers)):
        place = next(i for i, value in enumerate(numbers) if not _is_finite(value))
        faults.append(
            f'entry {number}: keypoints[{place}] is {numbers[place]!r:.60}, expected finite'
        )
    score = entry.get('score')
    if not _is_number(score) or (finite and not _is_finite(score)):
        faults.append(_fault(number, entry, 'score', 'a finite number'))
    return faults


def _fault(number: int, entry: dict, key: str, expected: str) -> str:
    found = f'{entry[key]!r:.60}' if key in entry else 'missing'
    return f'entry {number}: {key} is {found}, expected {expected}'


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_finite(number: float) -> bool:
    """Whether a number is finite as a float, of which some whole numbers are too large."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _rounded(entry: dict) -> dict:
    return dict(
        image_id=entry['image_id'],
        category_id=PERSON,
        keypoints=[round(float(value), DECIMALS) + 0.0 for value in entry['keypoints']],  # not -0
        score=float(f'{entry["score"]:.{DIGITS}g}'),
    )
