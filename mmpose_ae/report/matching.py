"""Which predictions are right, image by image and for every threshold, by COCO's rules."""

from typing import NamedTuple, Tuple

import numpy as np

from .people import ImagePeople
from .similarity import object_similarity

THRESHOLDS = np.linspace(0.5, 0.95, 10)  # of OKS, T
ANY_AREA = (0.0, 1e10)  # of those whom COCO counts where it says "all"


class Matches(NamedTuple):
    """What COCO's evaluation finds in an image.

    Attributes:
        scores (np.ndarray): Of the predictions, best first, (P,).
        true (np.ndarray): Which ones are right, (T, P), bool.
        ignored (np.ndarray): Which ones do not count, (T, P), bool.
        people (int): How many are to be found.
    """

    scores: np.ndarray
    true: np.ndarray
    ignored: np.ndarray
    people: int


def match_image(
    image: ImagePeople, sigmas: np.ndarray, area_range: Tuple[float, float] = ANY_AREA
) -> Matches:
    """Match the predictions of an image.

    Args:
        image (ImagePeople): The image.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).
        area_range (tuple): Least and largest area of who counts, in square pixels.

    Returns:
        Matches: Of the image.
    """
    truth, found = image.truth, image.found
    ignored = truth.ignored | _is_outside(truth.areas, area_range)
    similar = object_similarity(found.keypoints, truth, sigmas)
    partner = match_partners(similar, ignored, truth.crowd)
    nobody = partner < 0
    of_ignored = np.append(ignored, False)[partner]  # the last one stands for nobody
    outside = _is_outside(found.areas, area_range)
    return Matches(
        found.scores,
        ~nobody & ~of_ignored,
        of_ignored | (nobody & outside),
        int((~ignored).sum()),
    )


def _is_outside(areas: np.ndarray, area_range: Tuple[float, float]) -> np.ndarray:
    return (areas < area_range[0]) | (areas > area_range[1])


def match_partners(similar: np.ndarray, ignored: np.ndarray, crowd: np.ndarray) -> np.ndarray:
    """Give each prediction, best first, the most similar person who is left.

    Args:
        similar (np.ndarray): OKS of predictions with people, (P, N).
        ignored (np.ndarray): People who come after all others, (N,), bool.
        crowd (np.ndarray): Those who are never used up, (N,), bool.

    Returns:
        np.ndarray: Index of the person at each threshold; -1 for nobody, (T, P), int.
    """
    partner = np.full((len(THRESHOLDS), len(similar)), -1)
    if not similar.size:
        return partner
    left = np.ones((len(THRESHOLDS), similar.shape[1]), bool)
    least = np.minimum(THRESHOLDS, 1 - 1e-10)[:, None]
    for p, row in enumerate(similar):
        able = (left | crowd) & (row >= least)
        preferred = np.where(able, row - 2 * ignored, -np.inf)
        best = len(row) - 1 - preferred[:, ::-1].argmax(1)  # of equal ones the last
        hit = able.any(1)
        partner[hit, p] = best[hit]
        left[hit, best[hit]] = False
    return partner
