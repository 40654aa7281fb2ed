"""Sub-cell positions on the host, by the rules of :mod:`mmpose_ae.ops.refinement`."""

from typing import Optional, Tuple

import numpy as np


def _neighbors(
    heatmaps: np.ndarray, types: np.ndarray, cells: np.ndarray
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values before, at and after each cell along x and y, each (P, 2); edges repeat."""
    x, y = cells.T
    (x_before, y_before), (x_after, y_after) = (
        np.maximum(cells - 1, 0).T,
        np.minimum(cells + 1, _last(heatmaps)).T,
    )
    rows, columns = np.stack([y, y_before, y_after]), np.stack([x, x_before, x_after])
    along_x, along_y = heatmaps[types, y, columns], heatmaps[types, rows, x]  # (3, P)
    center, before, after = np.stack([along_x, along_y], axis=-1)
    return before, center, after


def _last(heatmaps: np.ndarray) -> np.ndarray:
    """The last cell (x, y)."""
    return np.subtract(heatmaps.shape[:0:-1], 1)


def _quarter_offset(heatmaps: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
    before, _, after = _neighbors(heatmaps, types, cells)
    return np.float32(0.25) * np.sign(after - before)


def _released_offset(heatmaps: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
    before, _, after = _neighbors(heatmaps, types, cells)
    return np.where(after > before, np.float32(0.25), np.float32(-0.25))


def _gaussian_offset(heatmaps: np.ndarray, types: np.ndarray, cells: np.ndarray) -> np.ndarray:
    tiny = np.finfo(heatmaps.dtype).tiny
    values = _neighbors(heatmaps, types, cells)
    before, center, after = (_log(np.maximum(value, tiny)) for value in values)
    bend = 2 * center - before - after
    usable = (bend > 0) & (cells > 0) & (cells < _last(heatmaps))
    offset = (after - before) / (2 * np.where(usable, bend, np.float32(1)))
    return np.where(usable, np.clip(offset, -0.5, 0.5), np.float32(0))


def _log(values: np.ndarray) -> np.ndarray:
    """Logarithms by double precision: those of float32 differ from processor to processor."""
    return np.log(values.astype(np.float64)).astype(values.dtype)


OFFSETS = {'quarter': _quarter_offset, 'released': _released_offset, 'gaussian': _gaussian_offset}


def refine_cells(
    heatmaps: np.ndarray, types: np.ndarray, cells: np.ndarray, rule: Optional[str]
) -> np.ndarray:
    """Add their sub-cell part to cells of several heatmaps.

    Args:
        heatmaps (np.ndarray): Heatmaps of one image, (K, H, W), float32.
        types (np.ndarray): The heatmap of each cell, (P,), int64.
        cells (np.ndarray): Cells (x, y), (P, 2), int64.
        rule (str, optional): ``'gaussian'``, ``'quarter'`` or ``'released'``, see
            :mod:`mmpose_ae.ops.refinement`. None keeps the cells.

    Returns:
        np.ndarray: Positions (x, y) in cells, (P, 2), float32.
    """
    points = cells.astype(np.float32)
    return points if rule is None else points + OFFSETS[rule](heatmaps, types, cells)
