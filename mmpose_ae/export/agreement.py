"""How far the people of a smaller file are from those of its network."""

from typing import Iterable, List, NamedTuple, Sequence, Tuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from mmpose_ae.grouping import Poses
from mmpose_ae.grouping.oks import object_keypoint_similarity

ALIKE = 0.5  # people of this similarity (OKS) are the same one
SHARE = 0.5  # of the network's least score: people of the file count from there on


class Agreement(NamedTuple):
    """People of the network that a file finds, too.

    Attributes:
        people (int): How many the network finds.
        found (int): How many of them the file finds.
        median (float): Distance of their keypoints, in pixels of the input.
        most (float): And that which 95 of 100 keypoints do not exceed.
        scores (float): Difference of their scores, in the mean.
    """

    people: int
    found: int
    median: float
    most: float
    scores: float

    def __str__(self) -> str:
        return (
            f'{self.found} of {self.people} people are found again, their keypoints within '
            f'{self.median:.2f} pixels in the median and within {self.most:.2f} for 95 of 100, '
            f'their scores {self.scores:.3f} apart in the mean'
        )


def compare_people(
    expected: Iterable[Poses], found: Iterable[Poses], sigmas: Sequence[float], least: float
) -> Agreement:
    """Compare the people of two sides, picture by picture.

    Args:
        expected (iterable[Poses]): The network's.
        found (iterable[Poses]): The file's. Each of them is one of the network's at most.
        sigmas (sequence): Tolerance of each keypoint type, (K,).
        least (float): Least score of a person who counts on the network's side; on the file's it
            is :data:`SHARE` of that, since scores lie apart, too.

    Returns:
        Agreement: Its distances are NaN where nobody is found again.
    """
    distances: List[np.ndarray] = []
    apart: List[np.ndarray] = []
    people = 0
    for network, file in zip(expected, found):
        ours = network.take(network.instance_scores >= least)
        theirs = file.take(file.instance_scores >= SHARE * least)
        people += len(ours)
        rows, columns = _pair(ours, theirs, np.asarray(sigmas))
        ours, theirs = ours.take(rows), theirs.take(columns)
        both = (ours.keypoint_scores > 0) & (theirs.keypoint_scores > 0)
        distances.append(np.linalg.norm(ours.keypoints - theirs.keypoints, axis=-1)[both])
        apart.append(np.abs(ours.instance_scores - theirs.instance_scores))
    every, scores = (np.concatenate([np.zeros(0), *each]) for each in (distances, apart))
    median, most = np.percentile(every, [50, 95]).tolist() if len(every) else (np.nan, np.nan)
    mean = float(scores.mean()) if len(scores) else np.nan
    return Agreement(people, len(scores), median, most, mean)


def _pair(ours: Poses, theirs: Poses, sigmas: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Rows of people who are the same one: as many pairs as there can be, then the most alike."""
    if not len(ours) or not len(theirs):
        return np.zeros(0, int), np.zeros(0, int)
    boxes = ours.boxes
    areas = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(1), 1.0)[:, None]
    alike = object_keypoint_similarity(ours.keypoints, theirs.keypoints, areas, sigmas)
    same = alike >= ALIKE
    # A pair more outweighs all that others could be more alike.
    rows, columns = linear_sum_assignment(same * (alike + len(alike)), maximize=True)
    kept = same[rows, columns]
    return rows[kept], columns[kept]
