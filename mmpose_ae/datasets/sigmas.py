"""How precisely each keypoint can be labelled: from two files in which the same people are."""

from typing import Dict, Iterator, List, NamedTuple, Tuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from .annotations import is_labelled

FARTHEST = 0.3  # mean distance of one person's labels in two files, in parts of the person's size


class Sigmas(NamedTuple):
    """What two annotators tell of one another.

    Attributes:
        values (np.ndarray): Of each keypoint, (K,), float; NaN where nobody labelled it twice.
        counts (np.ndarray): How many people have it in both files, (K,), int.
        people (int): People who are in both files.
    """

    values: np.ndarray
    counts: np.ndarray
    people: int


def estimate_sigmas(first: dict, second: dict) -> Sigmas:
    """Estimate the sigmas of the metric from people who were labelled twice.

    As COCO's: the standard deviation of one annotator from where the keypoint is, relative to the
    square root of the person's area. Two annotators differ by the square root of two of that.

    Args:
        first (dict): One annotator's file in COCO's format, as :func:`read_annotation_file` gives
            it.
        second (dict): The other's; images are the same by ``file_name``.

    Returns:
        Sigmas: Of all keypoints.

    Raises:
        ValueError: The files have no person in common.
    """
    squares, counts, people = 0.0, 0, 0
    for ours, theirs in _shared_images(first, second):
        for one, other in _pair(ours, theirs):
            squared, both = _compare(one, other)
            squares, counts = squares + np.where(both, squared, 0), counts + both
            people += 1
    if not people:
        raise ValueError(
            'no person is in both files: the same images (file_name) must have the same people, '
            f'closer than {FARTHEST:g} of their size on average'
        )
    with np.errstate(invalid='ignore'):
        return Sigmas(np.sqrt(squares / (2 * counts)), counts, people)


def _shared_images(first: dict, second: dict) -> Iterator[Tuple[List[dict], List[dict]]]:
    """Labelled people of each image that is in both files."""
    ours, theirs = _by_file(first), _by_file(second)
    return ((people, theirs[name]) for name, people in ours.items() if name in theirs)


def _by_file(content: dict) -> Dict[str, List[dict]]:
    names = {image['id']: image['file_name'] for image in content['images']}
    people = {name: [] for name in names.values()}
    for annotation in content['annotations']:
        if is_labelled(annotation) and not annotation['iscrowd']:
            people[names[annotation['image_id']]].append(annotation)
    return people


def _compare(one: dict, other: dict) -> Tuple[np.ndarray, np.ndarray]:
    """Squared distance of each keypoint over the area, and which ones both have, (K,)."""
    points = [np.reshape(person['keypoints'], (-1, 3)).astype(float) for person in (one, other)]
    area = (one['area'] + other['area']) / 2
    squared = np.square(points[0][:, :2] - points[1][:, :2]).sum(-1) / area
    return squared, (points[0][:, 2] > 0) & (points[1][:, 2] > 0)


def _pair(ours: List[dict], theirs: List[dict]) -> List[Tuple[dict, dict]]:
    """Pair the people of an image who are close to each other."""
    apart = np.full((len(ours), len(theirs)), np.inf)
    for place in np.ndindex(apart.shape):
        squared, both = _compare(ours[place[0]], theirs[place[1]])
        if both.any():
            apart[place] = np.sqrt(squared[both]).mean()
    pairs = zip(*linear_sum_assignment(np.minimum(apart, 2 * FARTHEST)))
    return [(ours[n], theirs[m]) for n, m in pairs if apart[n, m] < FARTHEST]
