"""COCO segmentations: polygons, and run lengths (RLE) as a list or compressed to text."""

from typing import Any, Dict, List, Sequence, Tuple, Union

import numpy as np
import xtcocotools.mask as cocomask

Rle = Dict[str, Any]


def encode_segmentation(segmentation: Union[list, Rle], size: Tuple[int, int]) -> List[Rle]:
    """Check a segmentation and bring it to compressed run lengths.

    The COCO API crashes or reads foreign memory on bad input, so everything is checked here.

    Args:
        segmentation (list | dict): Polygons ``[[x0, y0, x1, y1, ...], ...]`` in pixels, or
            ``dict(counts, size)`` with counts as a list, text or bytes.
        size (tuple): Image size (H, W).

    Returns:
        list[dict]: One per polygon or one RLE, for ``xtcocotools.mask.merge``.

    Raises:
        ValueError: If it is neither, or does not belong to an image of this size.
    """
    if isinstance(segmentation, dict):
        return [_encode_rle(segmentation, size)]
    if not isinstance(segmentation, (list, tuple)) or len(segmentation) == 0:
        raise ValueError(f'expected polygons or an RLE dict, got {segmentation!r:.80}')
    return cocomask.frPyObjects([_check_polygon(p, size) for p in segmentation], *size)


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
    counts = rle.get('counts')
    if tuple(rle.get('size', ())) != tuple(size):
        raise ValueError(f'an RLE of size {rle.get("size")} in an image of (H, W) = {tuple(size)}')
    compressed = isinstance(counts, (str, bytes))
    if not compressed and not isinstance(counts, (list, tuple)):
        raise ValueError(f'RLE counts must be a list, text or bytes, got {counts!r:.80}')
    runs = uncompress_counts(counts) if compressed else counts
    if min(runs, default=0) < 0 or sum(runs) != size[0] * size[1]:
        raise ValueError(f'RLE counts cover {sum(runs)} of {size[0] * size[1]} pixels')
    if compressed:
        return dict(size=list(size), counts=counts)
    return cocomask.frPyObjects(dict(size=list(size), counts=list(counts)), *size)


def uncompress_counts(counts: Union[str, bytes]) -> List[int]:
    """Read the run lengths of a compressed RLE.

    A number is stored in characters of 5 bits, low bits first, the sixth bit tells that more
    follow; from the fourth number on it is the difference to the number two before.
    """
    runs, value, shift = [], 0, 0
    for char in counts.encode() if isinstance(counts, str) else counts:
        digit = char - ord('0')
        value |= (digit & 0x1F) << shift
        shift += 5
        if not digit & 0x20:
            if digit & 0x10:  # the sign bit
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    return runs
