"""What is certain about a person whose annotation leaves something out.

One rule each, for training, masks and metrics alike:

- keypoints: none is a person of whom no keypoint is known; groups of three are read as a list;
- box: that of the known keypoints; that of the segmentation for a crowd, or where none is known;
- area: that of the segmentation, or else 0.53 of the box inside the image, as MMPose and CrowdPose
  have it.
"""

from numbers import Real
from typing import Any, List, Optional

import numpy as np
from faster_coco_eval import mask as cocomask

from mmpose_ae.ops.similarity import AREA_PER_BOX

from .annotations import are_pixels, is_labelled, keypoint_array, name_of, number_array
from .ledger import Ledger
from .segmentation import encode_segmentation, is_flat_polygon

# Evaluators leave out who is larger; below a pixel nothing predicted is ever close enough.
SMALLEST_AREA, LARGEST_AREA = 1, 1e10
NO_BOX = (0, 0, 0, 0)


def repair_person(ann: dict, image: dict, num_keypoints: int, ledger: Ledger) -> None:
    """Complete the annotation of a person.

    Args:
        ann (dict): Changed in place: afterwards it has ``iscrowd``, ``keypoints``,
            ``num_keypoints``, ``bbox`` and ``area``.
        image (dict): Its image, with ``width`` and ``height``.
        num_keypoints (int): How many keypoints the dataset has, K.
        ledger (Ledger): For repairs.

    Raises:
        ValueError: If a value contradicts the format; names annotation and image.
    """
    _repair_crowd(ann, ledger)
    keypoints = _repair_keypoints(ann, num_keypoints, ledger)
    outline = _Outline(ann, image, ledger)
    if not is_labelled(ann):
        outline.check()
    _repair_box(ann, keypoints, outline, ledger)
    _repair_area(ann, image, outline, ledger)
    labelled = int((keypoints[:, 2] > 0).sum())
    if not _is_count(ann.get('num_keypoints'), num_keypoints):
        ann['num_keypoints'] = labelled
        ledger.repairs['people without num_keypoints, counted'] += 1
    if labelled and not _is_inside(keypoints, image).any():
        ledger.remarks['people with all keypoints outside the image, without targets'] += 1


def _repair_crowd(ann: dict, ledger: Ledger) -> None:
    crowd = ann.get('iscrowd')
    if crowd is None:
        ann['iscrowd'] = 0
        ledger.repairs['people without iscrowd, taken for no crowds'] += 1
    elif crowd not in (0, 1):
        raise ValueError(f'{name_of(ann)} has iscrowd={crowd!r}, expected 0 or 1')


def _repair_keypoints(ann: dict, num_keypoints: int, ledger: Ledger) -> np.ndarray:
    values = ann.get('keypoints')
    if isinstance(values, list) and values and all(map(_is_triple, values)):
        ledger.repairs['people whose keypoints are in groups of three, read as one list'] += 1
        ann['keypoints'] = values = [value for triple in values for value in triple]
    if values is None or values == []:
        ledger.repairs['people without keypoints, left out of the loss where they are'] += 1
        ann['keypoints'] = 3 * num_keypoints * [0]
    try:
        return keypoint_array(ann, num_keypoints)
    except ValueError:
        if not _blank_unknown(values):
            raise
        ledger.repairs['people with null or NaN for unknown keypoints, read as 0'] += 1
        return keypoint_array(ann, num_keypoints)


def _is_triple(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3


def _blank_unknown(values: Any) -> bool:
    """Put keypoints of visibility 0 whose place is null or NaN at (0, 0); tell if there are any."""
    if not isinstance(values, list):
        return False
    blanks = [
        i
        for i, value in enumerate(values)
        if (value is None or value != value) and values[i - i % 3 + 2 : i - i % 3 + 3] == [0]
    ]
    for i in blanks:
        values[i] = 0
    return bool(blanks)


class _Outline:
    """The segmentation of an annotation, decoded only where something is to be read off it."""

    def __init__(self, ann: dict, image: dict, ledger: Ledger) -> None:
        segmentation = ann.get('segmentation')
        if not isinstance(segmentation, (list, dict, type(None))):
            raise ValueError(
                f'{name_of(ann)} has the segmentation {segmentation!r:.60}, expected polygons or '
                'run lengths'
            )
        if is_flat_polygon(segmentation):
            ledger.repairs['people whose segmentation is one flat list, read as a polygon'] += 1
            ann['segmentation'] = segmentation = [segmentation]
        self.name = name_of(ann)
        self.segmentation = segmentation
        self.size = (image['height'], image['width'])

    def check(self) -> None:
        """Decode it, if there is one; raise if that fails."""
        if self.segmentation:
            self._encode()

    def _encode(self) -> dict:
        try:
            return cocomask.merge(encode_segmentation(self.segmentation, self.size))
        except ValueError as error:
            raise ValueError(f'segmentation of {self.name}: {error}') from error

    def decoded(self) -> Optional[dict]:
        """Give the run lengths of what it covers; None where that is nothing, or not readable."""
        try:
            rle = self._encode() if self.segmentation else None
        except ValueError:
            return None
        return rle if rle and cocomask.area(rle) > 0 else None


def _repair_box(ann: dict, keypoints: np.ndarray, outline: _Outline, ledger: Ledger) -> None:
    box = ann.get('bbox') or NO_BOX
    values = number_array(box)
    if values.shape != (4,) or not are_pixels(values):
        raise ValueError(
            f'{name_of(ann)} has the bbox {box!r:.60}, expected four finite numbers x, y, width '
            'and height, in pixels'
        )
    if values[2] > 0 and values[3] > 0:
        return
    found = _find_box(ann, keypoints[:, 2] > 0, outline)
    if found is not None:
        ledger.repairs['people without a box, taken from keypoints or segmentation'] += 1
    else:
        ledger.remarks['people without keypoints, segmentation and box, who may be anywhere'] += 1
    ann['bbox'] = found or list(box)


def _find_box(ann: dict, known: np.ndarray, outline: _Outline) -> Optional[List[float]]:
    outlined = None if is_labelled(ann) else outline.decoded()
    if outlined is not None:
        return cocomask.toBbox(outlined).tolist()
    points = np.reshape(ann['keypoints'], (-1, 3))[:, :2][known]
    if not len(points):
        return None
    low, high = points.min(0), points.max(0)
    return [*low.tolist(), *np.maximum(high - low, 1).tolist()]


def _repair_area(ann: dict, image: dict, outline: _Outline, ledger: Ledger) -> None:
    area = ann.get('area')
    if area is not None and (not isinstance(area, Real) or isinstance(area, bool)):
        raise ValueError(f'{name_of(ann)} has the area {area!r:.60}, expected a positive number')
    if area is not None and SMALLEST_AREA <= area <= LARGEST_AREA:
        return
    outlined = outline.decoded()
    if outlined is not None:
        ledger.repairs['people without an area, taken from their segmentation'] += 1
        ann['area'] = float(cocomask.area(outlined))
    else:
        ledger.repairs[f'people without an area, taken as {AREA_PER_BOX} of their box'] += 1
        ann['area'] = _area_of_box(ann['bbox'], image)


def _area_of_box(box: List[float], image: dict) -> float:
    x, y, width, height = box
    left, right = (min(max(v, 0), image['width'] - 1) for v in (x, x + width))
    top, bottom = (min(max(v, 0), image['height'] - 1) for v in (y, y + height))
    return float(max((right - left) * (bottom - top) * AREA_PER_BOX, 1))


def _is_count(value: object, num_keypoints: int) -> bool:
    return isinstance(value, Real) and value in range(num_keypoints + 1)


def _is_inside(keypoints: np.ndarray, image: dict) -> np.ndarray:
    x, y, visibility = keypoints.T
    inside = (x >= 0) & (y >= 0) & (x < image['width']) & (y < image['height'])
    return inside & (visibility > 0)
