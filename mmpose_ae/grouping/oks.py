"""How alike two poses are, by COCO's measure."""

from typing import Optional

import numpy as np


def object_keypoint_similarity(
    first: np.ndarray,
    second: np.ndarray,
    areas: np.ndarray,
    sigmas: np.ndarray,
    counted: Optional[np.ndarray] = None,
    drift: float = 0.0,
) -> np.ndarray:
    """Compare every pose with every other one (OKS).

    Args:
        first (np.ndarray): Keypoints (x, y), (N, K, 2), in pixels.
        second (np.ndarray): Keypoints of others, (M, K, 2).
        areas (np.ndarray): What each pair counts as its area, broadcastable to (N, M), in square
            pixels. Of an area of 0 equal keypoints alone are alike.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,), as in the dataset's metainfo.
        counted (np.ndarray, optional): Which keypoints of a pair count, broadcastable to
            (N, M, K), bool. None counts all.
        drift (float | np.ndarray): How far a pose may have moved besides, in roots of the area;
            broadcastable to (N, M).

    Returns:
        np.ndarray: (N, M), 1 for equal poses, towards 0 for distant ones; 0 where nothing counts.
    """
    distance = np.square(first[:, None] - second).sum(-1)  # (N, M, K)
    variance = (2 * sigmas) ** 2 + np.square(drift)[..., None]
    tiny = np.finfo(float).tiny  # without tolerance equal keypoints alone are alike
    with np.errstate(over='ignore'):  # far apart, by an area of 0
        similarity = np.exp(-distance / np.maximum(2 * variance * areas[..., None], tiny))
    if counted is None:
        return similarity.mean(-1)
    return (similarity * counted).sum(-1) / np.maximum(counted.sum(-1), 1)


def check_sigmas(sigmas: object) -> np.ndarray:
    """Read tolerances of keypoint types.

    Args:
        sigmas (sequence): As in the dataset's metainfo, (K,).

    Returns:
        np.ndarray: (K,), float64.

    Raises:
        ValueError: If they are not a row of positive numbers.
    """
    values = np.asarray(sigmas)
    if values.dtype.kind not in 'fi' or values.ndim != 1 or not len(values):
        raise ValueError(f'sigmas must be one number per keypoint type, got {sigmas!r}')
    if not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f'sigmas must be positive, got {values.tolist()}')
    return values.astype(float)
