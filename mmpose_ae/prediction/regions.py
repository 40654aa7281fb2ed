"""Which part of a picture a network is shown."""

from typing import Sequence, Tuple

import numpy as np

# Pictures that are longer, in parts of their short side, are padded to it: where the short side is
# resized to a network's input they would be larger than any memory.
LONGEST = 8


def check_region(region: Sequence[int]) -> Tuple[int, ...]:
    """Check that four numbers are left, top, right and bottom of a box, in pixels.

    Raises:
        ValueError: If they are not.
    """
    sides = tuple(map(int, region))
    if len(sides) != 4 or sides != tuple(region) or not _is_box(*sides):
        raise ValueError(f'a region is left, top, right, bottom in pixels, got {tuple(region)}')
    return sides


def _is_box(left: int, top: int, right: int, bottom: int) -> bool:
    return 0 <= left < right and 0 <= top < bottom


def cut(image: np.ndarray, region: Tuple[int, ...]) -> np.ndarray:
    """Cut a region out of a picture (H, W, 3); what of it is outside is left out.

    Raises:
        ValueError: If all of it is outside.
    """
    left, top, right, bottom = region
    seen = image[top:bottom, left:right]
    if not seen.size:
        height, width = image.shape[:2]
        raise ValueError(f'the region {region} is outside the picture of {width}x{height} pixels')
    return seen


def pad_long(image: np.ndarray) -> np.ndarray:
    """Widen the short side of a very long picture (H, W, 3) with black, at the right or bottom."""
    height, width = image.shape[:2]
    bottom, right = max(-(-width // LONGEST) - height, 0), max(-(-height // LONGEST) - width, 0)
    return np.pad(image, ((0, bottom), (0, right), (0, 0))) if bottom or right else image
