"""Reading tag maps, whose channel order is ``l * K + k`` throughout the package."""

from typing import Tuple

import torch
from torch import Tensor


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


def bracket_cells(
    cells: Tensor, size: Tuple[int, int], coarse_size: Tuple[int, int]
) -> Tuple[Tensor, Tensor, Tensor]:
    """Find the cells of a coarser map between which cells of a finer one lie.

    Args:
        cells (Tensor): Cells (x, y) of the finer map, (..., 2), int64.
        size (tuple): Size (W, H) of the finer map.
        coarse_size (tuple): Size (w, h) of the coarser map.

    Returns:
        tuple: The cell before and the cell behind, (..., 2), int64, and how far from the first to
        the second, (..., 2), float32; the corners of the maps are not aligned.
    """
    limit = torch.tensor(coarse_size, device=cells.device) - 1
    ratio = torch.tensor([c / s for c, s in zip(coarse_size, size)], device=cells.device)
    position = ((cells + 0.5) * ratio - 0.5).clamp(min=0)
    low = torch.minimum(position.long(), limit)
    return low, torch.minimum(low + 1, limit), position - low


def sample_tags(tags: Tensor, cells: Tensor, size: Tuple[int, int]) -> Tensor:
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
        return gather_tags(tags, cells[..., 1] * width + cells[..., 0])
    low, high, part = bracket_cells(cells, size, (width, height))
    (x0, y0), (x1, y1) = low.unbind(-1), high.unbind(-1)
    fx, fy = part.to(tags.dtype)[..., None, :].unbind(-1)
    top = torch.lerp(gather_tags(tags, y0 * width + x0), gather_tags(tags, y0 * width + x1), fx)
    bottom = torch.lerp(gather_tags(tags, y1 * width + x0), gather_tags(tags, y1 * width + x1), fx)
    return torch.lerp(top, bottom, fy)
