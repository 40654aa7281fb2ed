"""What scores of people are worth: against similarity, and by threshold."""

from typing import List, NamedTuple, Optional, Sequence

import numpy as np

from mmpose_ae.evaluation import Threshold, choose_threshold

from .people import ImagePeople
from .precision import Records
from .similarity import object_similarity


class Scores(NamedTuple):
    """Scores of predicted people.

    Attributes:
        scores (np.ndarray): Of who counts at OKS 0.5, best first, (P,).
        similarity (np.ndarray): To the most similar person that is to be found, (P,).
        precision (np.ndarray): With this and all better people, (P,).
        recall (np.ndarray): Likewise, (P,).
        best (Threshold, optional): Of the best F1 at OKS 0.5; None where nobody was found.
    """

    scores: np.ndarray
    similarity: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    best: Optional[Threshold]


def read_scores(images: Sequence[ImagePeople], records: Records, sigmas: np.ndarray) -> Scores:
    """Compare scores with what they are the scores of.

    Args:
        images (sequence[ImagePeople]): All images.
        records (Records): Their matches.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).

    Returns:
        Scores: Of all predictions that count.
    """
    order = np.argsort(-np.concatenate([image.found.scores for image in images]), kind='stable')
    similarity = np.concatenate([_best_similarity(image, sigmas) for image in images])[order]
    counts = ~records.ignored[0]
    scores, true = records.scores[counts], records.true[0][counts]
    people = int(records.people.sum())
    found = np.cumsum(true)
    best = choose_threshold(scores, true, people) if true.any() else None
    precision = found / np.arange(1, len(found) + 1)
    return Scores(scores, similarity[counts], precision, found / max(people, 1), best)


def _best_similarity(image: ImagePeople, sigmas: np.ndarray) -> np.ndarray:
    similar = object_similarity(image.found.keypoints, image.truth, sigmas)
    return np.where(image.truth.ignored, 0, similar).max(1, initial=0)


def worst_images(records: Records, least_score: float, most: int) -> List[int]:
    """Choose the images where most is wrong.

    Args:
        records (Records): Of all images.
        least_score (float): Of a prediction that is seen.
        most (int): How many images.

    Returns:
        list[int]: Numbers of the images with most missed and wrong people, mean over the thresholds
        of OKS, worst first; none where all is right.
    """
    wrong = count_wrong(records, least_score)
    order = np.argsort(-wrong, kind='stable')[:most]
    return [int(i) for i in order if wrong[i] > 0]


def count_wrong(records: Records, least_score: float) -> np.ndarray:
    """Count missed and wrong people of each image, mean over the thresholds of OKS, (I,)."""
    seen = records.scores >= least_score
    right = records.true & seen
    false = ~records.true & ~records.ignored & seen
    balance = false.mean(0) - right.mean(0)  # of each prediction
    return records.people + np.bincount(records.images, balance, len(records.people))
