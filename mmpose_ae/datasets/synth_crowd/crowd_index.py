"""How crowded an image is."""

from typing import List

import numpy as np


def crowd_index(annotations: List[dict]) -> float:
    """Compute CrowdPose's crowd index: how much people stand in each other's boxes.

    The mean over the people with keypoints of the ratio of other people's keypoints in their box to
    their own keypoints. As CrowdPose's files show, single ratios may exceed 1 and own keypoints
    count wherever they are; the result is limited to 1 here.

    Args:
        annotations (list[dict]): Annotations of one image in COCO's format.

    Returns:
        float: 0 to 1; 0 without people.

    Source: CrowdPose (Li et al. 2019, arXiv:1812.00324), Section 4.1.
    """
    people = [a for a in annotations if a['num_keypoints'] and not a['iscrowd']]
    if not people:
        return 0.0
    keypoints = np.array([a['keypoints'] for a in people], float).reshape(len(people), -1, 3)
    boxes = np.array([a['bbox'] for a in people], float)[:, None, None]  # (N, 1, 1, 4)
    points, known = keypoints[..., :2], keypoints[..., 2] > 0
    low, high = boxes[..., :2], boxes[..., :2] + boxes[..., 2:]
    inside = ((points >= low) & (points <= high)).all(-1) & known  # box, person, keypoint
    in_box = inside.sum(-1)  # box, person
    others = in_box.sum(1) - in_box.diagonal()
    return min(1.0, float(np.mean(others / known.sum(1))))
