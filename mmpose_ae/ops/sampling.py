"""Reading maps under cells of heatmaps that may be finer than them.

Tag maps have the channel order ``l * K + k`` throughout the package.
"""

from typing import Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.frame import Size, flat_index


def gather_tags(tags: Tensor, indices: Tensor) -> Tensor:
    """Read the tag of each keypoint type under given cells.

    Args:
        tags (Tensor): Tag maps, (B, L * K, H, W), float.
        indices (Tensor): Row-major cells ``y * W + x`` per keypoint type, (B, K, M), int64,
            inside the map.

    Returns:
        Tensor: Tags, (B, K, M, L).
    """
    num_keypoints = indices.shape[1]
    maps = tags.flatten(2).unflatten(1, (tags.shape[1] // num_keypoints, num_keypoints))
    spread = indices[:, None].expand(-1, maps.shape[1], -1, -1)
    return maps.gather(3, spread).permute(0, 2, 3, 1)


def nearest_cells(cells: Tensor, size: Size, other: Size) -> Tensor:
    """Find the cells of another map in which the centers of cells lie.

    Args:
        cells (Tensor): Cells (x, y) of a map, (..., 2), any type.
        size (tuple): Its size (W, H).
        other (tuple): Size (W, H) of the other map, which covers the same input.

    Returns:
        Tensor: Cells (x, y) of the other map, (..., 2), int64.
    """
    axes = zip(cells.unbind(-1), other, size)
    return torch.stack([((place + 0.5) * (few / many)).long() for place, few, many in axes], dim=-1)


def to_sampling_grid(cells: Tensor, size: Size) -> Tensor:
    """Give points (x, y) in cells of a map (W, H), (..., 2), as ``F.grid_sample`` takes them."""
    # One axis at a time: a tensor of the sizes would fix them while exporting.
    axes = zip(cells.unbind(-1), size)
    return torch.stack([(2 * place + 1) / count - 1 for place, count in axes], dim=-1)


def read_between(maps: Tensor, cells: Tensor) -> Tensor:
    """Read maps bilinearly at any points; beyond the border they stay as they are there.

    Args:
        maps (Tensor): (B, K, H, W), float32.
        cells (Tensor): Points (x, y) in cells, of each map, (B, K, M, 2), float32.

    Returns:
        Tensor: (B, K, M).
    """
    places = to_sampling_grid(cells, maps.shape[:-3:-1]).flatten(0, 1)[:, None]  # (B * K, 1, M, 2)
    maps = maps.flatten(0, 1)[:, None]
    read = F.grid_sample(maps, places, padding_mode='border', align_corners=False)
    return read.view(cells.shape[:-1])


def bracket_cells(cells: Tensor, size: Size, coarse_size: Size) -> Tuple[Tensor, Tensor, Tensor]:
    """Find the cells of a coarser map between which cells of a finer one lie.

    Args:
        cells (Tensor): Cells (x, y) of the finer map, (..., 2), int64.
        size (tuple): Size (W, H) of the finer map.
        coarse_size (tuple): Size (w, h) of the coarser map.

    Returns:
        tuple: The cell before and the cell behind, (..., 2), int64, and how far from the first to
        the second, (..., 2), float32; the corners of the maps are not aligned.
    """
    axes = [_bracket(*axis) for axis in zip(cells.unbind(-1), size, coarse_size)]
    low, high, part = (torch.stack(values, dim=-1) for values in zip(*axes))
    return low, high, part


def _bracket(cells: Tensor, count: int, coarse_count: int) -> Tuple[Tensor, Tensor, Tensor]:
    """Bracket cells (...) along one axis."""
    position = ((cells + 0.5) * (coarse_count / count) - 0.5).clamp(min=0)
    low = position.long().clamp(max=coarse_count - 1)
    return low, (low + 1).clamp(max=coarse_count - 1), position - low


def sample_tags(tags: Tensor, cells: Tensor, size: Size) -> Tensor:
    """Read tags under cells of a heatmap that may be finer than the tag map.

    Equals bilinear upsampling (corners not aligned) of the tag map to the heatmap's size and
    reading it there, without ever making the large map.

    Args:
        tags (Tensor): Tag maps, (B, L * K, h, w), float.
        cells (Tensor): Cells (x, y) of the heatmap, (B, K, M, 2), int64.
        size (tuple): Heatmap size (W, H).

    Returns:
        Tensor: Tags, (B, K, M, L).
    """
    height, width = tags.shape[-2:]
    if (width, height) == tuple(size):
        return gather_tags(tags, flat_index(cells, width))
    low, high, part = bracket_cells(cells, size, (width, height))
    (x0, y0), (x1, y1) = low.unbind(-1), high.unbind(-1)
    rows = width * y0, width * y1
    corners = torch.stack([row + x for row in rows for x in (x0, x1)], dim=2)  # (B, K, 4, M)
    read = gather_tags(tags, corners.flatten(2)).unflatten(2, corners.shape[2:]).unbind(2)
    fx, fy = part.to(tags.dtype)[..., None, :].unbind(-1)
    top, bottom = torch.lerp(*read[:2], fx), torch.lerp(*read[2:], fx)
    return torch.lerp(top, bottom, fy)


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
