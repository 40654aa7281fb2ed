"""Reading feature maps that are coarser than the heatmaps under the candidates."""

from typing import Optional, Sequence, Tuple

import torch
from torch import Tensor

from .tags import bracket_cells, sample_tags

Size = Tuple[int, int]


def sample_features(
    maps: Sequence[Tensor], cells: Tensor, size: Size, weights: Optional[Sequence[float]] = None
) -> Tensor:
    """Read features under cells of heatmaps that may be finer than the feature maps.

    Args:
        maps (sequence[Tensor]): Feature maps, (B, D, h_i, w_i), float: one, or one per scale of
            an image pyramid.
        cells (Tensor): Cells (x, y) of the heatmaps, (B, K, M, 2), int64.
        size (tuple): Heatmap size (W, H).
        weights (sequence, optional): Weight of each map. None weighs all alike.

    Returns:
        Tensor: Weighted sum of what the maps would have there if they were upsampled bilinearly
        to the heatmaps' size, (B, K, M, D).

    Raises:
        ValueError: There is not one weight for each map.
    """
    weights = [1 / len(maps)] * len(maps) if weights is None else weights
    if len(weights) != len(maps):
        raise ValueError(f'{len(maps)} feature maps need as many weights, got {list(weights)}')
    places = cells.flatten(1, 2)[:, None]  # (B, 1, K * M, 2): all types read the same maps
    read = [weight * sample_tags(features, places, size) for weight, features in zip(weights, maps)]
    return torch.stack(read).sum(0)[:, 0].unflatten(1, cells.shape[1:3])


def bilinear_corners(cells: Tensor, size: Size, coarse_size: Size) -> Tuple[Tensor, Tensor]:
    """Find the cells of a coarser map that bilinear upsampling mixes at a cell of the finer one.

    Args:
        cells (Tensor): Cells (x, y) of the finer map, (..., 2), int64.
        size (tuple): Size (W, H) of the finer map.
        coarse_size (tuple): Size (w, h) of the coarser map.

    Returns:
        tuple:
        - Tensor: The four cells (x, y) of the coarser map, (..., 4, 2), int64.
        - Tensor: Their weights, (..., 4), float32; the corners of the maps are not aligned.
    """
    low, high, part = bracket_cells(cells, size, coarse_size)
    (x0, y0), (x1, y1), (fx, fy) = low.unbind(-1), high.unbind(-1), part.unbind(-1)
    xs, ys = torch.stack([x0, x1, x0, x1], dim=-1), torch.stack([y0, y0, y1, y1], dim=-1)
    weights = [(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy]
    return torch.stack([xs, ys], dim=-1), torch.stack(weights, dim=-1)
