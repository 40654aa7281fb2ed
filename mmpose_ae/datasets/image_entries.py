"""The images of an annotation file: one id and one size each, and to which one people belong."""

import math
import os.path as osp
import re
from numbers import Real
from typing import Any, Dict, List, Optional, Union

from .annotations import FARTHEST, name_of
from .image_size import image_size
from .ledger import Ledger

NUMBER = re.compile('0|[1-9][0-9]{0,17}')
LARGEST_ID = 2**62  # evaluators keep ids in 64 bits, and others are counted up from the largest


def plain_id(value: Any) -> Union[int, str, None]:
    """Bring an id to one form, in which equal ones are equal.

    Args:
        value: As it is in the file.

    Returns:
        int | str | None: A whole number, also where it was written as text or float; other text;
        None for what is no id.
    """
    if isinstance(value, str):
        return int(value) if NUMBER.fullmatch(value) else value or None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and abs(value) <= LARGEST_ID else None


def number_images(images: List[dict], ledger: Ledger) -> Dict[Union[int, str], dict]:
    """Give every image a whole number as id, and leave out entries that are there twice.

    Args:
        images (list[dict]): Changed in place.
        ledger (Ledger): For faults and repairs.

    Returns:
        dict: Images by the id that they had, in the form of :func:`plain_id`.
    """
    known: Dict[Union[int, str], dict] = {}
    for image in images:
        key = plain_id(image.get('id'))
        if key is None:
            ledger.refuse(
                f'image {image.get("file_name")!r} has the id {image.get("id")!r}, expected a '
                'whole number'
            )
        elif key not in known:
            known[key] = image
        elif image == known[key]:
            ledger.repairs['images listed twice with the same values, once left out'] += 1
        else:
            ledger.refuse(
                f'image id {key!r} is that of {known[key].get("file_name")!r} and of '
                f'{image.get("file_name")!r}, expected different ids: people cannot be told apart'
            )
    images[:] = known.values()
    _replace_text(known, ledger)
    return known


def _replace_text(known: Dict[Union[int, str], dict], ledger: Ledger) -> None:
    """Number the images whose ids are text after those whose ids are numbers."""
    last = max((key for key in known if isinstance(key, int)), default=0)
    for key, image in known.items():
        if isinstance(key, str):
            last += 1
            ledger.repairs['images whose id is text, numbered'] += 1
        elif not isinstance(image['id'], int):
            ledger.repairs['images whose id is text or a fraction, read as number'] += 1
        image['id'] = last if isinstance(key, str) else key


def check_images(images: List[dict], folder: Optional[str], ledger: Ledger) -> None:
    """Check names, sizes and crowd indices of images; missing sizes are read from the image files.

    Args:
        images (list[dict]): Changed in place.
        folder (str, optional): Of the image files, where it is known.
        ledger (Ledger): For faults and repairs.
    """
    for image in images:
        try:
            _check_image(image, folder, ledger)
            _check_crowd_index(image, ledger)
        except ValueError as error:
            ledger.refuse(error)
    names = [osp.normpath(str(image.get('file_name'))) for image in images]
    shared = len(names) - len(set(names))
    if shared:
        ledger.remarks['images of the same file as another one, people not joined'] = shared


def _check_image(image: dict, folder: Optional[str], ledger: Ledger) -> None:
    name = image.get('file_name')
    if not isinstance(name, str) or not name:
        raise ValueError(f'image {image["id"]} has the file_name {name!r}, expected a text')
    if 'width' not in image or 'height' not in image:
        image.update(_size_from_file(image, folder))
        ledger.repairs['images without width and height, read from their files'] += 1
    given = image['width'], image['height']
    image['width'], image['height'] = map(plain_id, given)
    if not has_size(image):
        raise ValueError(
            f'image {image["id"]} ({name}) has the width {given[0]!r} and the height {given[1]!r}, '
            f'expected whole numbers from 1 to {FARTHEST:,}'
        )
    if not all(isinstance(side, int) for side in given):
        ledger.repairs['images whose size is text or a fraction, read as numbers'] += 1


def _check_crowd_index(image: dict, ledger: Ledger) -> None:
    """Leave out a ``crowdIndex`` that says nothing, which is then computed or asked for by name."""
    if 'crowdIndex' not in image:
        return
    given = image['crowdIndex']
    index = _plain_number(given)
    if index is None:
        raise ValueError(
            f'image {image["id"]} ({image["file_name"]}) has the crowdIndex {given!r:.60}, '
            'expected a number that is not negative'
        )
    if math.isnan(index):
        ledger.repairs['images whose crowdIndex is null or NaN, taken for none'] += 1
        del image['crowdIndex']
    elif isinstance(given, str):
        ledger.repairs['images whose crowdIndex is text, read as number'] += 1
        image['crowdIndex'] = index


def _plain_number(value: Any) -> Optional[float]:
    """Read a number from 0 on, also as text; NaN where there is none, None for anything else."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, (Real, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return None if number < 0 or math.isinf(number) else number


def has_size(image: dict) -> bool:
    """Tell whether an image has a width and a height that can be right."""
    sides = (image.get('width'), image.get('height'))
    return all(isinstance(side, int) and 0 < side <= FARTHEST for side in sides)


def _size_from_file(image: dict, folder: Optional[str]) -> Dict[str, int]:
    """Width and height of an image of which one or both are not in the annotation file."""
    name = f'image {image["id"]} ({image["file_name"]})'
    fault = f'{name} has no width and height'
    if folder is None:
        raise ValueError(f'{fault}, expected both in pixels: the folder of images is not known')
    try:
        size = dict(zip(('width', 'height'), image_size(osp.join(folder, image['file_name']))))
    except OSError as error:
        raise ValueError(f'{fault}, and they cannot be read from the file: {error}') from error
    for side, pixels in size.items():
        if plain_id(image.get(side, pixels)) != pixels:
            raise ValueError(f'{name} has the {side} {image[side]!r}, but its file {pixels}')
    return size


def assign_images(
    annotations: List[dict], known: Dict[Union[int, str], dict], ledger: Ledger
) -> List[dict]:
    """Write the number of its image into every annotation.

    Args:
        annotations (list[dict]): Changed in place.
        known (dict): What :func:`number_images` returned.
        ledger (Ledger): For faults and repairs.

    Returns:
        list[dict]: Those that have an image.
    """
    found = []
    for ann in annotations:
        key = plain_id(ann.get('image_id'))
        if key is None or key not in known:
            ledger.refuse(f'{name_of(ann)}: expected the id of one of the {len(known)} images')
            continue
        ann['image_id'] = known[key]['id']
        found.append(ann)
    return found
