"""Candidates: what grouping works on."""

from typing import Any, NamedTuple

UNMATCHED = -1


class Candidates(NamedTuple):
    """Peaks of the heatmaps, best first: tensors of a batch, or arrays of one image.

    Grouping takes those of one image, without the axis B.

    Attributes:
        scores (Tensor | np.ndarray): Heatmap values, (B, K, M), float32; 0 where there is no peak.
        cells (Tensor | np.ndarray): Positions (x, y) in heatmap cells, (B, K, M, 2); int64 as
            found, float32 once refined.
        tags (Tensor | np.ndarray): Tags under the peaks, (B, K, M, L), float32.
    """

    scores: Any
    cells: Any
    tags: Any
