"""One color per instance, the same in every picture."""

from typing import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

# Apart from each other, and visible on photographs as well as on white.
PALETTE = np.array(
    [
        (230, 25, 75),
        (0, 130, 255),
        (60, 180, 75),
        (255, 150, 0),
        (160, 40, 220),
        (0, 215, 225),
        (240, 50, 230),
        (255, 225, 25),
        (150, 85, 30),
        (0, 128, 128),
        (30, 30, 150),
        (128, 128, 0),
    ],
    np.uint8,
)
NEAR = 0.1  # of an instance's extent


def instance_colors(ids: Sequence[int]) -> np.ndarray:
    """Choose the colors of instances.

    Args:
        ids (sequence): Number of each instance, N; colors repeat after twelve.

    Returns:
        np.ndarray: RGB colors, (N, 3), uint8.
    """
    return PALETTE[np.asarray(ids, np.int64) % len(PALETTE)]


def match_instances(
    keypoints: np.ndarray, true_keypoints: np.ndarray, visible: np.ndarray
) -> np.ndarray:
    """Number predicted instances like the true ones they show, so that their colors agree.

    The pairing has the most keypoints in place, that is within a tenth of the larger side of the
    true instance.

    Args:
        keypoints (np.ndarray): Predictions, (N, K, 2), in pixels.
        true_keypoints (np.ndarray): Ground truth, (M, K, 2), in pixels.
        visible (np.ndarray): Annotated keypoints, (M, K), bool.

    Returns:
        np.ndarray: For each prediction the index of its true instance, or a number from M on if
        it has none, (N,), int64.
    """
    shown = visible[..., None]
    high = np.where(shown, true_keypoints, -np.inf).max(1)
    low = np.where(shown, true_keypoints, np.inf).min(1)
    distance = np.linalg.norm(keypoints[:, None] - true_keypoints[None], axis=-1)  # (N, M, K)
    near = (distance < NEAR * (high - low).max(-1)[:, None]) & visible
    in_place = near.sum(-1)  # (N, M)
    ids = len(true_keypoints) + np.arange(len(keypoints))
    rows, columns = linear_sum_assignment(in_place, maximize=True)
    paired = in_place[rows, columns] > 0
    ids[rows[paired]] = columns[paired]
    return ids
