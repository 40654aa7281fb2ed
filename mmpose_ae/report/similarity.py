"""How alike predicted and annotated people are, by COCO's measure, exactly as it is evaluated."""

import numpy as np

from .people import Truth


def pairwise_keypoint_similarity(
    points: np.ndarray, truth: Truth, sigmas: np.ndarray
) -> np.ndarray:
    """Compare each keypoint of every prediction with that of every annotated person.

    Args:
        points (np.ndarray): Predicted keypoints, (P, K, 2), in pixels.
        truth (Truth): The annotated people, N.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).

    Returns:
        np.ndarray: (P, N, K), 1 where they agree, towards 0 where they are far apart; without
        meaning where a keypoint is not annotated.
    """
    return _fall_off(points[:, None] - truth.keypoints, truth, sigmas)


def object_similarity(points: np.ndarray, truth: Truth, sigmas: np.ndarray) -> np.ndarray:
    """Compare every prediction with every annotated person (OKS).

    Somebody without annotated keypoints is compared by how far the prediction leaves the box of
    twice the width and height.

    Args:
        points (np.ndarray): As of :func:`pairwise_keypoint_similarity`, like what follows.
        truth (Truth): The annotated people, N.
        sigmas (np.ndarray): Tolerance of each keypoint type.

    Returns:
        np.ndarray: (P, N).
    """
    counts = truth.labelled.sum(1)
    similar = pairwise_keypoint_similarity(points, truth, sigmas) * truth.labelled
    by_keypoints = similar.sum(-1) / np.maximum(counts, 1)
    if counts.all():
        return by_keypoints
    low = (truth.boxes[:, :2] - truth.boxes[:, 2:])[:, None]
    high = (truth.boxes[:, :2] + 2 * truth.boxes[:, 2:])[:, None]
    beyond = np.maximum(low - points[:, None], 0) + np.maximum(points[:, None] - high, 0)
    return np.where(counts > 0, by_keypoints, _fall_off(beyond, truth, sigmas).mean(-1))


def _fall_off(apart: np.ndarray, truth: Truth, sigmas: np.ndarray) -> np.ndarray:
    """Similarity (P, N, K) of keypoints that are so far apart, (P, N, K, 2)."""
    squared = np.square(apart).sum(-1)
    return np.exp(-squared / (2 * sigmas) ** 2 / (truth.areas[:, None] + np.spacing(1)) / 2)
