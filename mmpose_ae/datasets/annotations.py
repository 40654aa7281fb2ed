"""What one person annotation in COCO's format says, and whether it can be right."""

from typing import Any

import numpy as np

FARTHEST = 1_000_000  # pixels; formats of images end far below


def name_of(ann: dict) -> str:
    """Name an annotation and its image, as messages do."""
    return f'annotation {ann.get("id")} of image {ann.get("image_id")}'


def number_array(values: Any) -> np.ndarray:
    """Read numbers as they are; an empty array where they are something else, such as text."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of unequal length
        return np.zeros(0)
    return array if array.dtype.kind in 'iuf' else np.zeros(0)


def are_pixels(array: np.ndarray) -> bool:
    """Tell whether numbers are finite, and no farther away than an image may be large."""
    return bool((np.abs(array) <= FARTHEST).all())


def keypoint_array(ann: dict, num_keypoints: int) -> np.ndarray:
    """Read the keypoints of an annotation.

    Args:
        ann (dict): Annotation with ``keypoints``, a flat list of x, y and visibility (0 not
            annotated, 1 hidden, 2 visible).
        num_keypoints (int): How many keypoints the dataset has, K.

    Returns:
        np.ndarray: (K, 3), float32.

    Raises:
        ValueError: If it has another number of keypoints, or values that are no pixels, or
            visibilities outside 0 to 2. The message names the annotation and its image.
    """
    keypoints = number_array(ann['keypoints'])
    if keypoints.ndim != 1 or not keypoints.size:
        raise ValueError(
            f'{name_of(ann)} has the keypoints {ann["keypoints"]!r:.60}, expected a list of '
            f'{3 * num_keypoints} numbers'
        )
    if keypoints.size != 3 * num_keypoints:
        raise ValueError(
            f'{name_of(ann)} has {keypoints.size} keypoint values, but the metainfo of the dataset '
            f'defines {num_keypoints} keypoints, that is {3 * num_keypoints} values'
        )
    keypoints = keypoints.reshape(num_keypoints, 3)
    if not are_pixels(keypoints):
        raise ValueError(
            f'{name_of(ann)} has keypoint values that are not finite, or beyond {FARTHEST:,} pixels'
        )
    visibilities = keypoints[:, 2]
    if visibilities.min() < 0 or visibilities.max() > 2:
        raise ValueError(
            f'{name_of(ann)} has visibilities from {visibilities.min():g} to '
            f'{visibilities.max():g}, expected 0 (not annotated), 1 (hidden) or 2 (visible)'
        )
    return keypoints.astype(np.float32)


def is_labelled(ann: dict) -> bool:
    """Tell whether an annotation is a person with at least one keypoint.

    Visibilities decide: CrowdPose's ``num_keypoints`` leaves out head and neck. Fields may be
    missing, as in training.
    """
    return not ann.get('iscrowd', 0) and any(v > 0 for v in ann.get('keypoints', ())[2::3])
