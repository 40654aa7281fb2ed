"""People from the outputs of a network that groups them itself."""

from typing import List

import numpy as np

from mmpose_ae.grouping import Poses

POSES = ('poses', 'instance_scores', 'filled')  # names of the arrays


def read_poses(poses: np.ndarray, instance_scores: np.ndarray, filled: np.ndarray) -> List[Poses]:
    """Read the people of a batch.

    Args:
        poses (np.ndarray): Positions (x, y) in pixels of the input and scores, (B, P, K, 3).
        instance_scores (np.ndarray): (B, P), descending; 0 where there is nobody.
        filled (np.ndarray): Keypoints that grouping did not find, (B, P, K), bool.

    Returns:
        list[Poses]: Of each image, without tags.
    """
    return [
        Poses(points[real, :, :2], points[real, :, 2], scores[real], filled=marks[real])
        for points, scores, marks, real in zip(poses, instance_scores, filled, instance_scores > 0)
    ]
