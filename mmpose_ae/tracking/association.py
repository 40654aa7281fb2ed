"""Which of the new people is which of those that are known."""

from typing import Tuple

import numpy as np

from mmpose_ae.grouping.assignment import assign


def match(similarity: np.ndarray, threshold: float) -> Tuple[np.ndarray, np.ndarray]:
    """Choose pairs that are alike, so that the sum of what exceeds a threshold is greatest.

    Args:
        similarity (np.ndarray): Of each new person to each known one, (N, M), finite.
        threshold (float): Pairs have more than this.

    Returns:
        tuple: Row and column of each pair, rows ascending, int64.
    """
    gain = np.maximum(similarity - threshold, 0)  # 0 is what two unmatched people have
    rows, columns = assign(-gain)
    chosen = gain[rows, columns] > 0
    return rows[chosen], columns[chosen]
