"""Which predicted people of an image belong to a group of MPII Multi-Person.

The evaluation is of groups, not of images, and tells where about a group is and how large its
people are on average, but neither how many there are nor where each one is. What is predicted
elsewhere in the image is not of the group: counted there, it would be wrong.
"""

from typing import Sequence, Tuple

import numpy as np

from mmpose_ae.datasets.mpii import KEYPOINTS

# Cao et al. 2017 (testing/evalMPII.m): a quarter of the 368 pixels that their network sees, where
# people of scale 41/35 keep their size, over 2.5 horizontally and over 2 vertically.
MARGIN_PER_SCALE = 0.25 * 368 / (41 / 35) / np.array([2.5, 2.0])
TRUNK = [KEYPOINTS.index('pelvis'), KEYPOINTS.index('thorax')]
EVALUATED = [i for i in range(len(KEYPOINTS)) if i not in TRUNK]

Region = Tuple[np.ndarray, np.ndarray]


def group_region(centers: np.ndarray, scales: np.ndarray, image_size: Sequence[float]) -> Region:
    """Find out where in the image the people of a group are.

    Args:
        centers (np.ndarray): About the middle of each person, (N, 2), in pixels.
        scales (np.ndarray): Their heights in units of 200 pixels, (N,).
        image_size (sequence): Width and height in pixels.

    Returns:
        tuple: Upper left and lower right corner, (2,) each, inside the image.
    """
    margin = MARGIN_PER_SCALE * np.mean(scales)
    low = np.maximum(centers.min(0) - margin, 0)
    high = np.minimum(centers.max(0) + margin, np.array(image_size) - 1)
    return low, high


def are_inside(region: Region, keypoints: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Tell who belongs to a group.

    Args:
        region (tuple): As :func:`group_region` gives it.
        keypoints (np.ndarray): Predicted people, (M, 16, 2), in pixels.
        found (np.ndarray): Which of their keypoints are known, (M, 16), bool.

    Returns:
        np.ndarray: (M,), bool: the mean of the evaluated keypoints is inside, or the middle of the
        trunk, if both its ends are known.
    """
    known = found[:, EVALUATED, None]
    counts = known.sum(1)
    mean = np.where(known, keypoints[:, EVALUATED], 0).sum(1) / np.maximum(counts, 1)
    trunk = keypoints[:, TRUNK].mean(1)
    by_mean = _contains(region, mean) & (counts[:, 0] > 0)
    return by_mean | (_contains(region, trunk) & found[:, TRUNK].all(1))


def _contains(region: Region, points: np.ndarray) -> np.ndarray:
    low, high = region
    return ((points > low) & (points < high)).all(-1)
