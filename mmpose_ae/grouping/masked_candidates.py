"""Candidates of a fixed number with a mask, as networks take them that group by attention."""

from typing import NamedTuple, Optional

import torch
from torch import Tensor

from .candidates import finite_or_zero, highest_peaks


class MaskedCandidates(NamedTuple):
    """Peaks of the heatmaps, best first, filled up to the same number everywhere.

    Attributes:
        scores (Tensor): Heatmap values, (B, K, M), float32.
        cells (Tensor): Positions (x, y) in heatmap cells, (B, K, M, 2), int64.
        mask (Tensor): True for a candidate, False for what only fills up, (B, K, M), bool.
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
