"""Masks on a picture, as COCO has them: run lengths, ``size`` (H, W) and ``counts``.

What reads and writes them is imported where it is called: exported files have no masks.
"""

from typing import Any, Dict, Iterable, Sequence, Tuple

import numpy as np

Rle = Dict[str, Any]


def encode_mask(mask: np.ndarray) -> Rle:
    """Run lengths of a mask (H, W), as COCO's files have them: ``size`` and text."""
    from faster_coco_eval import mask as coco_mask

    rle = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return dict(size=[int(side) for side in rle['size']], counts=rle['counts'].decode())


def decode_mask(rle: Rle) -> np.ndarray:
    """The mask (H, W), bool, of run lengths."""
    from faster_coco_eval import mask as coco_mask

    return coco_mask.decode(rle).astype(bool)


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
    (left, top), (height, width) = corner, whole
    canvas = np.zeros((height, width), bool)
    part = decode_mask(rle)[: height - top, : width - left]
    canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
    return encode_mask(canvas)


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
    painted = image.copy()
    for rle, color in zip(masks[::-1], colors[::-1]):
        inside = decode_mask(rle)
        painted[inside] = (1 - opacity) * image[inside] + opacity * np.asarray(color)
    return painted
