"""The one home of coordinate changes between input pixels and heatmap cells.

Pixels are indices, as in OpenCV and MMPose's transforms: the centre of the first pixel is 0 and a
flip maps x to w - 1 - x. Cell i of a heatmap with stride s covers pixels s * i to s * i + s - 1,
so its centre is the pixel s * i + (s - 1) / 2. Flips, warps and bilinear resizing without aligned
corners all keep this rule; a network trained under it stays unbiased in a flip test.
"""

from typing import Optional, Tuple, Union

import numpy as np

Stride = Union[float, Tuple[float, float], np.ndarray]


def _center_shift(stride: np.ndarray, center_shift: Optional[float]) -> Union[np.ndarray, float]:
    return 0.5 - 0.5 / stride if center_shift is None else center_shift


def cells_to_pixels(
    cells: np.ndarray, stride: Stride, center_shift: Optional[float] = None
) -> np.ndarray:
    """Map points on a heatmap to the input image.

    Args:
        cells (np.ndarray): Points (x, y) in heatmap cells, (..., 2), float.
        stride (float | tuple): Input pixels per cell, one number or one each for x and y.
        center_shift (float, optional): Where the centre of a cell lies, in cells from its index:
            ``pixel = (cell + center_shift) * stride``. None is the rule of this module,
            ``0.5 - 0.5 / stride``; 0.5 measures from the image's corner instead.

    Returns:
        np.ndarray: Points (x, y) in pixels of the input image, (..., 2).
    """
    stride = np.asarray(stride, dtype=np.float32)
    return (cells + _center_shift(stride, center_shift)) * stride


def pixels_to_cells(
    pixels: np.ndarray, stride: Stride, center_shift: Optional[float] = None
) -> np.ndarray:
    """Invert :func:`cells_to_pixels`; the result is not rounded.

    Args:
        pixels (np.ndarray): Points (x, y) in pixels of the input image, (..., 2), float.
        stride (float | tuple): As in :func:`cells_to_pixels`.
        center_shift (float, optional): As in :func:`cells_to_pixels`.

    Returns:
        np.ndarray: Points (x, y) in heatmap cells, (..., 2).
    """
    stride = np.asarray(stride, dtype=np.float32)
    return pixels / stride - _center_shift(stride, center_shift)


def nearest_cells(cells: np.ndarray, size: Tuple[int, int]) -> Tuple[np.ndarray, np.ndarray]:
    """Round points to cells and tell which lie on the heatmap.

    Args:
        cells (np.ndarray): Points (x, y) in heatmap cells, (..., 2), float; any value, even NaN.
        size (tuple): Heatmap size (W, H).

    Returns:
        tuple:
        - np.ndarray: Cell indices (x, y), (..., 2), int64, clamped to the heatmap.
        - np.ndarray: True where the rounded point lies on the heatmap, (...), bool.
    """
    limit = np.asarray(size)
    # Half-up as int(x + 0.5) does, but exact for points left of the first cell too.
    rounded = np.floor(np.nan_to_num(cells, nan=-1.0) + 0.5)
    inside = ((rounded >= 0) & (rounded < limit)).all(-1)
    return np.clip(rounded, 0, limit - 1).astype(np.int64), inside
