"""How large poses are."""

import numpy as np

LEAST = 1  # pixel of the input: people of a single keypoint have a size, too


def pose_diagonals(keypoints: np.ndarray) -> np.ndarray:
    """Measure the boxes around poses.

    Args:
        keypoints (np.ndarray): All keypoints (x, y) of people, (N, K, 2), in pixels of the input.

    Returns:
        np.ndarray: Diagonals, (N,), of their type, 1 where they are shorter.
    """
    return np.linalg.norm(np.ptp(keypoints, axis=1), axis=-1).clip(LEAST)
