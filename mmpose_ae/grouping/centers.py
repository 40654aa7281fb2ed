"""Centers of instances."""

from typing import Tuple

import numpy as np


def instance_centers(keypoints: np.ndarray, visible: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Average the visible keypoints of each instance.

    Args:
        keypoints (np.ndarray): Keypoints (x, y), (N, K, 2), float.
        visible (np.ndarray): Annotated keypoints, (N, K), bool.

    Returns:
        tuple:
        - np.ndarray: Centers (x, y), (N, 2), float32; 0 without a visible keypoint.
        - np.ndarray: Instances with a visible keypoint, (N,), bool.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Eq. 6.
    """
    shown = visible[..., None]
    count = visible.sum(1, keepdims=True)
    centers = np.where(shown, keypoints, 0).sum(1) / np.maximum(count, 1)
    return centers.astype(np.float32), count[:, 0] > 0
