"""How far the people of a smaller file are from those of its network."""

from typing import Iterable, List, NamedTuple, Sequence

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.grouping.oks import object_keypoint_similarity

ALIKE = 0.5  # people of this similarity (OKS) are the same one


class Agreement(NamedTuple):
    """People of the network that a file finds, too.

    Attributes:
        people (int): How many the network finds.
        found (int): How many of them the file finds.
        median (float): Distance of their keypoints, in pixels of the input.
        most (float): And that which 95 of 100 keypoints do not exceed.
    """

    people: int
    found: int
    median: float
    most: float

    def __str__(self) -> str:
        return (
            f'{self.found} of {self.people} people are found again, their keypoints within '
            f'{self.median:.2f} pixels in the median and within {self.most:.2f} for 95 of 100'
        )


def compare_people(
    expected: Iterable[Poses], found: Iterable[Poses], sigmas: Sequence[float], least: float
) -> Agreement:
    """Compare the people of two sides, picture by picture.

    Args:
        expected (iterable[Poses]): The network's.
        found (iterable[Poses]): The file's.
        sigmas (sequence): Tolerance of each keypoint type, (K,).
        least (float): Least score of a person who counts on the network's side.

    Returns:
        Agreement: Its distances are NaN where nobody is found again.
    """
    distances: List[np.ndarray] = []
    people = again = 0
    for ours, theirs in zip(expected, found):
        counted = ours.instance_scores >= least
        people += int(counted.sum())
        if not counted.any() or not len(theirs.keypoints):
            continue
        boxes = ours.boxes[counted]
        areas = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(1), 1.0)[:, None]
        points, seen = ours.keypoints[counted], ours.keypoint_scores[counted] > 0
        alike = object_keypoint_similarity(points, theirs.keypoints, areas, np.asarray(sigmas))
        best, same = alike.argmax(1), alike.max(1) >= ALIKE
        both = seen & (theirs.keypoint_scores[best] > 0) & same[:, None]
        again += int(same.sum())
        distances.append(np.linalg.norm(points - theirs.keypoints[best], axis=-1)[both])
    all_distances = np.concatenate(distances) if distances else np.zeros(0)
    if not len(all_distances):
        return Agreement(people, again, np.nan, np.nan)
    median, most = np.percentile(all_distances, [50, 95])
    return Agreement(people, again, float(median), float(most))
