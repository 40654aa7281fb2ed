"""Candidates: what grouping works on."""

from typing import Any, NamedTuple

import numpy as np

UNMATCHED = -1
# Heatmaps are trained to reach 1 and tags a few tens. Of a network that diverged they are anything:
# what is larger counts as this, so that sums, squares and products stay finite in float32.
LARGEST = 1e18


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


def check_finite(scores: np.ndarray, cells: np.ndarray, tags: np.ndarray) -> None:
    """Refuse candidates that cannot be compared.

    Args:
        scores (np.ndarray): Those of candidates, any shape.
        cells (np.ndarray): Their positions.
        tags (np.ndarray): Their tags.

    Raises:
        ValueError: If a value is NaN or infinite.
    """
    for name, values in dict(scores=scores, cells=cells, tags=tags).items():
        if not np.isfinite(values).all():
            bad = values[~np.isfinite(values)][0]
            raise ValueError(
                f'{name} of candidates must be finite, got {bad}; score 0 says that there is none'
            )
