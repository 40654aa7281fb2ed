"""Where PoseTrack18's files say that people are not annotated, which are crowds here.

Images have polygons to ignore, ``ignore_regions_x`` and ``ignore_regions_y``, and ``is_labeled``,
which is false for frames that nobody has looked at. Each polygon becomes a crowd, such a frame one
as a whole; so masks, metrics and reports know of them as of COCO's crowds.
"""

from typing import Any, List

import numpy as np
from faster_coco_eval import mask as cocomask

from .annotations import number_array
from .categories import PERSON
from .image_entries import has_size
from .ledger import Ledger
from .segmentation import encode_segmentation

KEYS = ('ignore_regions_x', 'ignore_regions_y')
FEWEST = 3  # corners of a polygon


def is_annotated(image: dict) -> bool:
    """Tell whether the people of an image are annotated: all are, unless its entry denies it."""
    return image.get('is_labeled') in (None, True)


def drop_unannotated(content: dict, ledger: Ledger) -> None:
    """Leave out the people of images that are not annotated; crowds that were added are no loss.

    Args:
        content (dict): In COCO's format, images having their ids; ``annotations`` is replaced.
        ledger (Ledger): For faults and repairs.
    """
    off = set()
    for image in content['images']:
        if image.get('is_labeled') not in (None, True, False):
            ledger.refuse(
                f'image {image["id"]} ({image.get("file_name")}) has '
                f'is_labeled={image["is_labeled"]!r:.60}, expected true or false'
            )
        elif not is_annotated(image):
            off.add(image['id'])
    dropped = [ann for ann in content['annotations'] if ann['image_id'] in off]
    people = sum(not ann.get('iscrowd') for ann in dropped)
    if people:
        ledger.repairs['people of images whose is_labeled is false, left out'] = people
    if dropped:
        content['annotations'] = [a for a in content['annotations'] if a['image_id'] not in off]


def add_crowds(content: dict, num_keypoints: int, ledger: Ledger) -> None:
    """Make crowds of what is not annotated; regions are no longer in the entries of images then.

    Args:
        content (dict): In COCO's format, annotations having different ids.
        num_keypoints (int): How many keypoints a person has, K.
        ledger (Ledger): For faults and repairs.
    """
    last = max((ann['id'] for ann in content['annotations']), default=0)
    for image in content['images']:
        if not has_size(image):
            continue  # refused already
        try:
            for polygon in _read_polygons(image, ledger):
                crowd = _make_crowd(image, polygon, num_keypoints)
                if crowd['area']:  # else it covers nothing
                    last += 1
                    content['annotations'].append(dict(crowd, id=last))
        except ValueError as error:
            ledger.refuse(error)


def _read_polygons(image: dict, ledger: Ledger) -> List[np.ndarray]:
    """Corners of what is not annotated, (P, 2) each; those that are no polygons are left out."""
    sides = [image.pop(key, None) or [] for key in KEYS]
    if not is_annotated(image):
        width, height = image['width'], image['height']
        return [np.array([[0, 0], [width, 0], [width, height], [0, height]])]
    name = f'image {image["id"]} ({image.get("file_name")})'
    for key, side in zip(KEYS, sides):
        if not isinstance(side, list):
            raise ValueError(f'{name} has the {key} {side!r:.60}, expected a list of lists')
    if len(sides[0]) != len(sides[1]):
        raise ValueError(f'{name} has {len(sides[0])} ignore_regions_x and {len(sides[1])} of y')
    polygons = [_join(name, x, y) for x, y in zip(*sides)]
    kept = [polygon for polygon in polygons if len(polygon) >= FEWEST]
    if len(kept) < len(polygons):
        reason = f'regions to ignore with fewer than {FEWEST} corners, left out'
        ledger.repairs[reason] += len(polygons) - len(kept)
    return kept


def _join(name: str, x: Any, y: Any) -> np.ndarray:
    columns = number_array(x), number_array(y)
    if not isinstance(x, list) or any(column.shape != (len(x),) for column in columns):
        raise ValueError(
            f'{name} has a region to ignore of x {x!r:.60} and y {y!r:.60}, expected two lists of '
            'as many numbers'
        )
    return np.column_stack(columns)


def _make_crowd(image: dict, polygon: np.ndarray, num_keypoints: int) -> dict:
    segmentation = [polygon.ravel().tolist()]
    try:
        (rle,) = encode_segmentation(segmentation, (image['height'], image['width']))
    except ValueError as error:
        raise ValueError(f'a region to ignore of {image.get("file_name")}: {error}') from error
    return dict(
        image_id=image['id'],
        category_id=PERSON,
        iscrowd=1,
        keypoints=3 * num_keypoints * [0],
        num_keypoints=0,
        segmentation=segmentation,
        bbox=cocomask.toBbox(rle).tolist(),
        area=float(cocomask.area(rle)),
    )
