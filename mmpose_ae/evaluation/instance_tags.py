"""The tags of true instances: how far apart they are, and how they use their dimensions.

Source: Coupled Embedding (Wang et al. 2022), Sections 1 and 4.3.
"""

import numpy as np
from scipy.spatial.distance import pdist

from .tag_reading import predicted_maps, read_tags


def mean_tags(sample: dict) -> np.ndarray:
    """Average the predicted tags over the labelled keypoints of each true instance.

    Args:
        sample (dict): Prediction of one image (see :mod:`.tag_reading`) with ``gt_instances``:
            ``keypoints`` (N, K, 2) in pixels of the original image and ``keypoints_visible``
            (N, K), or nothing where the image has no annotation.

    Returns:
        np.ndarray: Mean tags, (M, L), float32, of the instances that have a labelled keypoint
        inside the image.
    """
    instances = sample['gt_instances']
    if 'keypoints' not in instances:
        maps = predicted_maps(sample)
        return np.zeros((0, len(maps['tags']) // len(maps['heatmaps'])), np.float32)
    tags, inside = read_tags(instances['keypoints'], sample)
    labelled = (instances['keypoints_visible'] > 0) & inside
    count = labelled.sum(1, keepdims=True)  # (N, 1)
    present = count[:, 0] > 0
    # A tag that does not count may be infinite, which a product with 0 would keep.
    sums = np.where(labelled[..., None], tags, 0).sum(1)
    return sums[present] / count[present].astype(np.float32)


def group_margin(tags: np.ndarray, threshold: float) -> float:
    """Compute how much closer two instances might come before grouping confuses them.

    Args:
        tags (np.ndarray): Tag of each instance, (N, L), float.
        threshold (float): Tag distance below which grouping joins keypoints.

    Returns:
        float: The smallest Euclidean distance between two instances, minus the threshold; NaN
        with fewer than two.
    """
    return float(pdist(tags).min() - threshold) if len(tags) > 1 else np.nan


def tag_correlation(tags: np.ndarray) -> float:
    """Compute how strongly the dimensions of tags depend on each other.

    Args:
        tags (np.ndarray): Tag of each instance, (N, L), float.

    Returns:
        float: Mean absolute correlation coefficient over the pairs of dimensions, 0 to 1. A
        dimension in which all instances are equal has none and is left out; NaN if fewer
        than two are left.
    """
    if len(tags) < 2:
        return np.nan
    varying = tags[:, np.ptp(tags, axis=0) > 0].astype(np.float64)
    if varying.shape[1] < 2:
        return np.nan
    coefficients = np.corrcoef(varying, rowvar=False)
    return float(np.abs(coefficients[np.triu_indices(len(coefficients), 1)]).mean())
