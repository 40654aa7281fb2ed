"""Sub-cell positions of heatmap peaks."""

from typing import Optional, Tuple

import torch
from torch import Tensor


def _neighbors(heatmaps: Tensor, cells: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    """Values before, at and after each cell along x and y, each (..., M, 2); edges repeat."""
    height, width = heatmaps.shape[-2:]
    x, y = cells.unbind(-1)
    row = width * y
    before = row + (x - 1).clamp(min=0), width * (y - 1).clamp(min=0) + x
    after = row + (x + 1).clamp(max=width - 1), width * (y + 1).clamp(max=height - 1) + x
    index = torch.stack([row + x, *before, *after], dim=-1)  # (..., M, 5)
    values = heatmaps.flatten(-2).gather(-1, index.flatten(-2)).unflatten(-1, index.shape[-2:])
    own, before, after = values.split([1, 2, 2], dim=-1)
    return before, own.expand_as(before), after


def quarter_offset(heatmaps: Tensor, cells: Tensor) -> Tensor:
    """Shift a quarter of a cell towards the higher neighbor.

    Args:
        heatmaps (Tensor): Heatmaps, (..., H, W), float.
        cells (Tensor): Cells (x, y), (..., M, 2), int64.

    Returns:
        Tensor: Offsets (x, y) in cells, (..., M, 2); 0 where the neighbors are equal.
    """
    before, _, after = _neighbors(heatmaps, cells)
    return 0.25 * torch.sign(after - before)


def released_offset(heatmaps: Tensor, cells: Tensor) -> Tensor:
    """Shift as :func:`quarter_offset`, but left and up where the neighbors are equal.

    That is how pose-ae-train, HigherHRNet and CoupledEmbedding do it; it biases symmetric peaks.
    """
    before, _, after = _neighbors(heatmaps, cells)
    return torch.where(after > before, 0.25, -0.25)


def gaussian_offset(heatmaps: Tensor, cells: Tensor) -> Tensor:
    """Fit a Gaussian through each peak and its neighbors along x and along y.

    Exact for a noise-free Gaussian at any sub-cell position: the logarithm of a Gaussian is a
    parabola, and three values determine it.

    Args:
        heatmaps (Tensor): Heatmaps, (..., H, W), float.
        cells (Tensor): Cells (x, y), (..., M, 2), int64.

    Returns:
        Tensor: Offsets (x, y) in cells, (..., M, 2), at most half a cell; 0 where the values do
        not bend down, or at a border where a neighbor is missing.
    """
    height, width = heatmaps.shape[-2:]
    tiny = torch.finfo(heatmaps.dtype).tiny
    before, center, after = (value.clamp(min=tiny).log() for value in _neighbors(heatmaps, cells))
    bend = 2 * center - before - after
    x, y = cells.unbind(-1)
    within = torch.stack([(x > 0) & (x < width - 1), (y > 0) & (y < height - 1)], dim=-1)
    usable = (bend > 0) & within
    offset = (after - before) / (2 * torch.where(usable, bend, torch.ones_like(bend)))
    return torch.where(usable, offset.clamp(-0.5, 0.5), torch.zeros_like(offset))


OFFSETS = {'quarter': quarter_offset, 'released': released_offset, 'gaussian': gaussian_offset}


def refine_cells(heatmaps: Tensor, cells: Tensor, rule: Optional[str]) -> Tensor:
    """Add their sub-cell part to peaks.

    Args:
        heatmaps (Tensor): Heatmaps, (..., H, W), float32.
        cells (Tensor): Cells (x, y), (..., M, 2), int64.
        rule (str, optional): A name of :data:`OFFSETS`. None keeps the cells.

    Returns:
        Tensor: Positions (x, y) in cells, (..., M, 2), float32.
    """
    return cells.float() if rule is None else cells + OFFSETS[rule](heatmaps, cells)
