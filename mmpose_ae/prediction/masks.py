"""Masks of people on a picture, as COCO has them: run lengths, ``size`` (H, W) and ``counts``."""

from typing import Any, Dict, Iterable, Sequence, Tuple

import numpy as np

Rle = Dict[str, Any]


def place_masks(masks: Iterable[Rle], corner: Sequence[int], size: Tuple[int, int]) -> np.ndarray:
    """Bring masks of a part of a picture to the picture.

    Args:
        masks (iterable[dict]): Of the part; what of it is outside the picture is cut off.
        corner (sequence[int]): Left and top of the part.
        size (tuple): Width and height of the picture.

    Returns:
        np.ndarray: Run lengths of each mask, (N,), object.
    """
    whole = [int(side) for side in size[::-1]]
    placed = [rle if rle['size'] == whole else _place(rle, corner, whole) for rle in masks]
    found = np.empty(len(placed), object)
    found[:] = placed
    return found


def _place(rle: Rle, corner: Sequence[int], whole: Sequence[int]) -> Rle:
    from faster_coco_eval import mask as coco_mask  # exported files have no masks and need it not

    (left, top), (height, width) = corner, whole
    canvas = np.zeros((height, width), np.uint8, order='F')
    part = coco_mask.decode(rle)[: height - top, : width - left]
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    return dict(size=list(whole), counts=coco_mask.encode(canvas)['counts'].decode())


def paint_masks(
    image: np.ndarray, masks: Sequence[Rle], colors: Sequence[Sequence[int]], opacity: float = 0.5
) -> np.ndarray:
    """Lay masks over a picture, the first one on top.

    Args:
        image (np.ndarray): (H, W, 3), uint8; stays as it is.
        masks (sequence[dict]): Run lengths, best first.
        colors (sequence): Of each mask, in the order of the picture's channels, 0 to 255.
        opacity (float): From 0, not seen, to 1.

    Returns:
        np.ndarray: (H, W, 3), uint8.
    """
    from faster_coco_eval import mask as coco_mask

    painted = image.copy()
    for rle, color in zip(masks[::-1], colors[::-1]):
        inside = coco_mask.decode(rle).astype(bool)
        painted[inside] = (1 - opacity) * image[inside] + opacity * np.asarray(color)
    return painted
