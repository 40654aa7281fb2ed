"""Grouping by offsets from centers (CenterNet, Zhou et al. 2019, arXiv:1904.07850)."""

import numpy as np

from .candidates import UNMATCHED


def match_offsets(
    regressed: np.ndarray, candidates: np.ndarray, scores: np.ndarray, max_distance: float
) -> np.ndarray:
    """Find the closest detected keypoint of the same type to each regressed one.

    Args:
        regressed (np.ndarray): Positions (x, y) that the offsets point to, (N, K, 2), float.
        candidates (np.ndarray): Positions of the detected keypoints, (K, M, 2), float.
        scores (np.ndarray): Their scores, (K, M); those of 0 do not count.
        max_distance (float): Limit of the distance, relative to the longer side of the box
            around the instance's regressed keypoints.

    Returns:
        np.ndarray: Index of the candidate, (N, K), int64; -1 where none is within the limit.
        Several instances may take the same one.

    Source: CenterNet, Section 5 and its release, with the box of the keypoints for a detected one.
    """
    if not scores.size:
        return np.full(regressed.shape[:2], UNMATCHED)
    distance = np.linalg.norm(regressed[:, :, None] - candidates[None], axis=-1)  # (N, K, M)
    distance = np.where(scores > 0, distance, np.inf)
    closest = distance.argmin(-1)
    nearest = np.take_along_axis(distance, closest[..., None], axis=-1)[..., 0]
    limit = max_distance * np.ptp(regressed, axis=1).max(-1)  # (N,)
    return np.where(nearest <= limit[:, None], closest, UNMATCHED)
