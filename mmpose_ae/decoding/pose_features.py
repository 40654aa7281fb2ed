"""What a learned score reads of a pose (after DEKR, Geng et al. 2021, arXiv:2104.02300)."""

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.grouping.oks import object_keypoint_similarity

from .diagonals import pose_diagonals

AREA = 0.4  # of a person, of the squared diagonal of the box: of one twice as high as wide
OF_KEYPOINT, OF_PERSON = 4, 4  # numbers


def count_features(num_keypoints: int) -> int:
    """How many numbers :func:`pose_features` gives of a person with so many keypoints."""
    return OF_KEYPOINT * num_keypoints + OF_PERSON


def pose_features(poses: Poses, sigmas: np.ndarray) -> np.ndarray:
    """Describe each person of an image in numbers.

    Tags are not among them: they add nothing to what these tell.

    Args:
        poses (Poses): Of one image, in pixels of the input, best first.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).

    Returns:
        np.ndarray: (N, D), float32: positions in diagonals of the box around all keypoints, from
        its middle; scores of keypoints, and which were filled in; greatest OKS with somebody who
        ranks better, and with somebody who ranks worse; score of the person; logarithm of the
        diagonal.
    """
    keypoints, scores = poses.keypoints.astype(float), poses.keypoint_scores
    filled = np.zeros(scores.shape, bool) if poses.filled is None else poses.filled
    low, high = keypoints.min(1), keypoints.max(1)
    diagonals = pose_diagonals(keypoints)
    shape = (keypoints - (low + high)[:, None] / 2) / diagonals[:, None, None]
    of_keypoints = [shape[..., 0], shape[..., 1], scores, filled]
    of_person = [_likeness(keypoints, diagonals, sigmas), poses.instance_scores, np.log(diagonals)]
    return np.column_stack([*of_keypoints, *of_person]).astype(np.float32)


def _likeness(keypoints: np.ndarray, diagonals: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Greatest OKS of each person with a better and with a worse one, 0 where there is none."""
    areas = AREA * np.square(diagonals)
    shared = (areas[:, None] + areas) / 2
    similar = object_keypoint_similarity(keypoints, keypoints, shared, sigmas)
    better = np.tri(len(areas), k=-1, dtype=bool)  # who comes before
    sides = [np.where(side, similar, 0).max(1, initial=0) for side in (better, better.T)]
    return np.column_stack(sides)
