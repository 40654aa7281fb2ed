"""What annotations in COCO's format say of masks: an outline, or else where somebody may be."""

from typing import List, Sequence, Tuple

import numpy as np
from faster_coco_eval import mask as cocomask

from mmpose_ae.datasets.annotations import name_of, number_array
from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.datasets.segmentation import Rle, encode_segmentation, is_flat_polygon


def is_outlined(ann: dict) -> bool:
    """Tell whether an annotation has an outline; null and an empty list are none."""
    return bool(ann.get('segmentation'))


def review_outlines(annotations: Sequence[dict], ledger: Ledger) -> None:
    """Check that outlines are polygons or run lengths, and count who has none.

    What is in them is checked where they are drawn.

    Args:
        annotations (sequence[dict]): In COCO's format; a flat polygon is put into a list.
        ledger (Ledger): For faults, repairs and the count.
    """
    for ann in annotations:
        segmentation = ann.get('segmentation')
        if is_flat_polygon(segmentation):
            ann['segmentation'] = [segmentation]
            ledger.repairs['annotations whose segmentation is one flat list, a polygon'] += 1
        elif not isinstance(segmentation, (list, dict, type(None))):
            ledger.refuse(
                f'{name_of(ann)} has the segmentation {segmentation!r:.60}, expected polygons or '
                'run lengths'
            )
        elif not segmentation:
            ledger.remarks['annotations without a mask, of no account where their boxes are'] += 1


def require_masks(path: str, annotations: Sequence[dict], names: Sequence[str]) -> None:
    """Refuse annotations of which none has an outline.

    Args:
        path (str): File that they are from.
        annotations (sequence[dict]): Those of the categories that are asked for; may be none.
        names (sequence[str]): Of the categories.

    Raises:
        ValueError: Names the file.
    """
    if annotations and not any(map(is_outlined, annotations)):
        raise ValueError(
            f'{path}: none of the {len(annotations)} annotations of {list(names)} has a '
            'segmentation, expected polygons or run lengths: masks cannot be learned or judged'
        )


def encode_outline(path: str, ann: dict, size: Tuple[int, int]) -> List[Rle]:
    """Run lengths of what an annotation covers.

    Args:
        path (str): File that it is from, for messages.
        ann (dict): In COCO's format.
        size (tuple): Size (H, W) of its image.

    Returns:
        list[dict]: For :func:`merge_masks`. Without an outline that of the box, and without a box
        that of the whole image: there somebody may be.

    Raises:
        ValueError: If the outline is malformed; names the file, the annotation and its image.
    """
    if not is_outlined(ann):
        return cocomask.frPyObjects([_box_inside(ann, size)], *size)
    try:
        return encode_segmentation(ann['segmentation'], size)
    except ValueError as error:
        raise ValueError(f'{path}: segmentation of {name_of(ann)}: {error}') from error


def _box_inside(ann: dict, size: Tuple[int, int]) -> list:
    """The part x, y, width, height of an annotation's box that lies in the image."""
    height, width = size
    box = number_array(ann.get('bbox') or ())
    if box.shape != (4,) or not (box[2:] > 0).all() or not np.isfinite(box).all():
        return [0.0, 0.0, float(width), float(height)]
    corners = np.stack([box[:2], box[:2] + box[2:]]).astype(float)
    start, end = np.clip(corners, 0, (width, height))
    return [*start.tolist(), *(end - start).tolist()]
