"""COCO segmentations: polygons, and run lengths (RLE) as a list or compressed to text."""

from numbers import Real
from typing import Any, Dict, List, Sequence, Tuple, Union

import numpy as np

# The one COCO API that checks run lengths. On damaged ones pycocotools 2.0.11, like xtcocotools,
# writes past the end of the mask, leaves a part of it as it found the memory, or never returns.
from faster_coco_eval import mask as cocomask

Rle = Dict[str, Any]


def encode_segmentation(segmentation: Union[list, Rle], size: Tuple[int, int]) -> List[Rle]:
    """Check a segmentation and bring it to compressed run lengths.

    Args:
        segmentation (list | dict): Polygons ``[[x0, y0, x1, y1, ...], ...]`` in pixels, or
            ``dict(counts, size)`` with counts as a list, text or bytes.
        size (tuple): Image size (H, W).

    Returns:
        list[dict]: One per polygon or one RLE, for :func:`merge_masks`.

    Raises:
        ValueError: If it is neither, or does not belong to an image of this size.
    """
    if isinstance(segmentation, dict):
        return [_encode_rle(segmentation, size)]
    if not isinstance(segmentation, (list, tuple)) or len(segmentation) == 0:
        raise ValueError(f'expected polygons or an RLE dict, got {segmentation!r:.80}')
    return cocomask.frPyObjects([_check_polygon(p, size) for p in segmentation], *size)


def is_flat_polygon(segmentation: Union[list, Rle, None]) -> bool:
    """Tell whether it is the numbers of a polygon, which should be in a list of polygons."""
    if not isinstance(segmentation, list) or not segmentation:
        return False
    return all(isinstance(value, Real) for value in segmentation)


def merge_masks(rles: List[Rle], size: Tuple[int, int]) -> np.ndarray:
    """Union of run-length masks, (H, W), uint8; zeros without any."""
    if not rles:
        return np.zeros(size, np.uint8)
    return cocomask.decode(cocomask.merge(rles))


def _check_polygon(polygon: Sequence[float], size: Tuple[int, int]) -> list:
    try:
        points = np.asarray(polygon, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f'a polygon is not a list of numbers: {polygon!r:.80}') from error
    if points.ndim != 1 or len(points) < 6 or len(points) % 2:
        raise ValueError(f'a polygon needs x and y of 3 points or more, got {polygon!r:.80}')
    # A stray coordinate would make the COCO API draw an outline of that length.
    if not (np.abs(points) <= 2 * max(size)).all():
        raise ValueError(f'a polygon leaves the {size[1]}x{size[0]} image: {polygon!r:.80}')
    return points.tolist()


def _encode_rle(rle: Rle, size: Tuple[int, int]) -> Rle:
    if rle.get('size') not in (list(size), tuple(size)):
        raise ValueError(f'an RLE of size {rle.get("size")} in an image of (H, W) = {tuple(size)}')
    encoded = dict(size=list(size), counts=rle.get('counts'))
    try:
        if not isinstance(encoded['counts'], (str, bytes)):
            encoded = cocomask.frPyObjects(encoded, *size)
        cocomask.decode(encoded)  # fails unless the runs cover every pixel once
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            f'RLE counts must be run lengths, as a list or compressed, of {size[0] * size[1]} '
            f'pixels, got {rle.get("counts")!r:.80}'
        ) from error
    return encoded
