"""From dense maps to the few candidates per keypoint type that grouping works on."""

from typing import NamedTuple, Tuple

import torch
from torch import Tensor

from .tags import sample_tags

UNMATCHED = -1


class Candidates(NamedTuple):
    """Peaks of the heatmaps, best first.

    Attributes:
        scores (Tensor): Heatmap values, (B, K, M), float32; 0 where there is no peak.
        cells (Tensor): Positions (x, y) in heatmap cells, (B, K, M, 2); int64 as found, float32
            once refined.
        tags (Tensor): Tags under the peaks, (B, K, M, L), float32.

    Grouping takes those of one image as arrays, without the axis B.
    """

    scores: Tensor
    cells: Tensor
    tags: Tensor


def _maximum_beside(maps: Tensor, radius: int, dim: int) -> Tuple[Tensor, Tensor]:
    """Maximum over the ``radius`` cells before and after each cell along one axis."""
    length = maps.shape[dim]
    before = torch.full_like(maps, -torch.inf)
    after = before.clone()
    for step in range(1, min(radius, length - 1) + 1):
        head, tail = maps.narrow(dim, 0, length - step), maps.narrow(dim, step, length - step)
        later = before.narrow(dim, step, length - step)
        torch.maximum(later, head, out=later)
        earlier = after.narrow(dim, 0, length - step)
        torch.maximum(earlier, tail, out=earlier)
    return before, after


def find_peaks(heatmaps: Tensor, kernel_size: int, whole_plateaus: bool = False) -> Tensor:
    """Find the cells that are the maximum of the window around them.

    Of equal cells in one window only the first in reading order counts, so a plateau is one
    peak. The maximum is taken along rows, then along columns.

    Args:
        heatmaps (Tensor): Heatmaps, (..., H, W), float.
        kernel_size (int): Odd side length of the window in cells.
        whole_plateaus (bool): Let every one of equal cells count, as in the released codes.

    Returns:
        Tensor: True at peaks, (..., H, W), bool.
    """
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ValueError(f'the NMS kernel size must be odd and positive, got {kernel_size}')
    radius = kernel_size // 2
    left, right = _maximum_beside(heatmaps, radius, dim=-1)
    rows = torch.maximum(torch.maximum(left, right), heatmaps)
    above, below = _maximum_beside(rows, radius, dim=-2)
    if whole_plateaus:
        return heatmaps >= torch.maximum(torch.maximum(above, below), rows)
    return (heatmaps > left) & (heatmaps >= right) & (heatmaps > above) & (heatmaps >= below)


def finite_or_zero(maps: Tensor) -> Tensor:
    """Give maps as float32 with 0 in place of NaN and infinities."""
    return maps.float().nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)


def find_candidates(
    heatmaps: Tensor,
    tags: Tensor,
    kernel_size: int,
    max_candidates: int,
    whole_plateaus: bool = False,
) -> Candidates:
    """Take the highest peaks of each heatmap and the tags under them.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), finite float32.
        tags (Tensor): Tag maps, (B, L * K, h, w), any float type; coarser than the heatmaps or
            of the same size.
        kernel_size (int): Side length of the suppression window in cells, odd.
        max_candidates (int): Most candidates per keypoint type; fewer on a smaller heatmap.
        whole_plateaus (bool): See :func:`find_peaks`.

    Returns:
        Candidates: On the device of the maps. A peak whose tag is not finite has score 0.
    """
    height, width = heatmaps.shape[-2:]
    peaks = heatmaps * find_peaks(heatmaps, kernel_size, whole_plateaus)
    count = min(max_candidates, height * width)
    scores, index = peaks.flatten(2).topk(count, dim=-1)  # (B, K, M)
    cells = torch.stack([index % width, index // width], dim=-1)
    values = sample_tags(tags, cells, (width, height)).float()
    usable = values.isfinite().all(-1)
    return Candidates(scores * usable, cells, values.nan_to_num(0.0, 0.0, 0.0))
