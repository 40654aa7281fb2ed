"""The keypoint indices of the golden vectors in this package's layout."""

import numpy as np
import torch


def unpack(slots: np.ndarray, cells: int) -> torch.Tensor:
    """Bring keypoints that are packed to the front of their axis to the place of their type.

    Args:
        slots (np.ndarray): Index ``k * cells + cell`` and visibility, (B, N, K, 2).
        cells (int): Cells of a map, H * W.

    Returns:
        Tensor: Index ``cell`` and visibility, (B, N, K, 2), int64.
    """
    indices = np.zeros(slots.shape, np.int64)
    for b, n, j in zip(*np.nonzero(slots[..., 1])):
        keypoint, cell = divmod(slots[b, n, j, 0], cells)
        indices[b, n, keypoint] = cell, 1
    return torch.from_numpy(indices)
