"""From dense maps to the few candidates per keypoint type that grouping works on."""

from typing import NamedTuple, Optional

import torch
from torch import Tensor

from mmpose_ae.grouping import Candidates

from .peaks import bounded, finite_or_zero, highest_peaks
from .sampling import sample_tags


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
        whole_plateaus (bool): See :func:`mmpose_ae.ops.peaks.find_peaks`.

    Returns:
        Candidates: On the device of the maps. A peak whose tag is not finite has score 0.
    """
    scores, cells = highest_peaks(heatmaps, kernel_size, max_candidates, whole_plateaus)
    values = sample_tags(tags, cells, heatmaps.shape[:1:-1])
    usable = values.isfinite().all(-1)
    return Candidates(scores * usable, cells, bounded(values))


class MaskedCandidates(NamedTuple):
    """Peaks of the heatmaps, best first, padded to the same number everywhere.

    Attributes:
        scores (Tensor): Heatmap values, (B, K, M), float32.
        cells (Tensor): Positions (x, y) in heatmap cells, (B, K, M, 2), int64.
        mask (Tensor): True for a candidate, False for padding, (B, K, M), bool.
    """

    scores: Tensor
    cells: Tensor
    mask: Tensor


def find_masked_candidates(
    heatmaps: Tensor,
    kernel_size: int,
    max_candidates: int,
    min_score: float,
    min_candidates: int,
    mask: Optional[Tensor] = None,
) -> MaskedCandidates:
    """Take the peaks of each heatmap that are high, or among its best few.

    Args:
        heatmaps (Tensor): Heatmaps, (B, K, H, W), any float type. Values that are not finite
            count as 0.
        kernel_size (int): Side of the suppression window in cells, odd.
        max_candidates (int): M, at most the number of cells.
        min_score (float): Peaks from this value on are candidates.
        min_candidates (int): So many of each heatmap's best peaks are candidates, however low,
            if they are above 0.
        mask (Tensor, optional): 1 or True where candidates may lie, (B, H, W). None is everywhere.

    Returns:
        MaskedCandidates: On the device of the heatmaps.

    Source:
        CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section C.2. The release also keeps
        cells of 0 among the best few where a heatmap has no more peaks.
    """
    heatmaps = finite_or_zero(heatmaps)
    if mask is not None:
        heatmaps = heatmaps * mask[:, None]
    scores, cells = highest_peaks(heatmaps, kernel_size, max_candidates)
    among_best = torch.arange(scores.shape[-1], device=heatmaps.device) < min_candidates
    kept = ((scores >= min_score) | among_best) & (scores > 0)
    return MaskedCandidates(scores, cells, kept)
