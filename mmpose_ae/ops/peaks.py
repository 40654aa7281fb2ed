"""Peaks of heatmaps."""

from functools import reduce
from typing import Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.frame import unflatten_index
from mmpose_ae.grouping import LARGEST
from mmpose_ae.options import check_odd

# Cells of heatmaps that are searched at a time on a CPU: what stays in its cache. A GPU takes many,
# since it would wait for the next launch.
_CELLS_AT_ONCE = {'cpu': 17 * 128 * 128, 'cuda': 2**27}


def _maximum_beside(maps: Tensor, radius: int, dim: int) -> Tuple[Tensor, Tensor]:
    """Maximum over the ``radius`` cells before and after each cell along the axis -1 or -2."""
    length = maps.shape[dim]
    margin = (radius, radius) if dim == -1 else (0, 0, radius, radius)
    padded = F.pad(maps, margin, value=-torch.inf)
    steps = range(1, radius + 1)
    before = [padded.narrow(dim, radius - step, length) for step in steps]
    after = [padded.narrow(dim, radius + step, length) for step in steps]
    return reduce(torch.maximum, before), reduce(torch.maximum, after)


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
    check_odd('kernel_size', kernel_size)
    if kernel_size == 1:
        return torch.ones_like(heatmaps, dtype=torch.bool)
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


def bounded(values: Tensor) -> Tensor:
    """Give values read from maps as :func:`finite_or_zero`, and at most :data:`LARGEST` in size."""
    return finite_or_zero(values).clamp(-LARGEST, LARGEST)


def _types_at_once(heatmaps: Tensor) -> int:
    """How many keypoint types to search together; all where a compiler looks after caches."""
    batch, num_keypoints, height, width = heatmaps.shape
    if torch.compiler.is_compiling():  # also while exporting, where sizes are open
        return num_keypoints
    at_once = _CELLS_AT_ONCE.get(heatmaps.device.type, _CELLS_AT_ONCE['cuda'])
    return max(1, at_once // max(1, batch * height * width))


def highest_peaks(
    heatmaps: Tensor, kernel_size: int, max_peaks: int, whole_plateaus: bool = False
) -> Tuple[Tensor, Tensor]:
    """Take the highest peaks of each heatmap, searching as many maps at a time as pays.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), finite float32.
        kernel_size (int): See :func:`find_peaks`.
        max_peaks (int): Most peaks of a heatmap; fewer on a smaller heatmap.
        whole_plateaus (bool): See :func:`find_peaks`.

    Returns:
        tuple: Bounded values, (B, K, M), 0 where there is no peak above 0, and cells (x, y),
        (B, K, M, 2), int64; the highest first.
    """
    height, width = heatmaps.shape[-2:]
    count = max_peaks if max_peaks <= height * width else height * width  # min leaves sizes open
    best = [
        (maps * find_peaks(maps, kernel_size, whole_plateaus)).flatten(2).topk(count, dim=-1)
        for maps in heatmaps.split(_types_at_once(heatmaps), dim=1)
    ]
    values, index = (torch.cat(parts, dim=1) for parts in zip(*best))  # (B, K, M)
    return bounded(values), unflatten_index(index, width)
