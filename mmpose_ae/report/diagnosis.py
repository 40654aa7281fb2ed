"""What is wrong with the predictions of an image: which person is missing, which keypoint where."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from .matching import THRESHOLDS, match_partners
from .people import ImagePeople
from .similarity import object_similarity, pairwise_keypoint_similarity

AT = 0.5  # least similarity of a keypoint that is at an annotated one
NEAR = 0.1  # least mean similarity of a prediction that is about a person
FIRST = 1000  # outweighs how close other pairs of an image are
GATHERED = 0.5  # least part of a missing person's keypoints that others have
# Kinds of keypoints of who was found; in this order a keypoint is the first that it can be.
UNLABELLED, PLACED, MIRRORED, MIXED, LOST = range(5)


class Diagnosis(NamedTuple):
    """What is wrong in an image.

    Attributes:
        predictions (np.ndarray): Who was found: index of the prediction, (M,), int.
        people (np.ndarray): Index of the annotated person of each, (M,), int.
        kinds (np.ndarray): Of each keypoint, (M, K), int: ``PLACED`` at the annotated one;
            ``MIRRORED``, at that of the other side; ``MIXED``, at that of another person, or given
            to another prediction; ``LOST``, at none; ``UNLABELLED``.
        similarity (np.ndarray): Of each keypoint to the annotated one, (M, K).
        missed (np.ndarray): Annotated people whom no prediction is about, int.
        merged (np.ndarray): Annotated people whose keypoints other predictions have, int.
        invented (np.ndarray): Predictions that are about nobody, int.
        repeated (np.ndarray): Predictions, or pieces, of somebody who has a better one, int.
    """

    predictions: np.ndarray
    people: np.ndarray
    kinds: np.ndarray
    similarity: np.ndarray
    missed: np.ndarray
    merged: np.ndarray
    invented: np.ndarray
    repeated: np.ndarray


def diagnose(image: ImagePeople, sigmas: np.ndarray, mirror: np.ndarray) -> Diagnosis:
    """Find out what is wrong in an image.

    Args:
        image (ImagePeople): The image.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).
        mirror (np.ndarray): Index of the same keypoint of the other side, (K,).

    Returns:
        Diagnosis: Everybody who is to be found is a pair, missed or merged; every prediction is one
        of a pair, invented, repeated, or about somebody who is ignored.
    """
    truth, points = image.truth, image.found.keypoints
    similar = object_similarity(points, truth, sigmas)
    counted = np.flatnonzero(~truth.ignored)
    labelled = truth.labelled[counted]
    own, mirrored = _at_sides(image, counted, sigmas, mirror)
    closeness = np.maximum(own, mirrored).sum(-1) / np.maximum(labelled.sum(1), 1)  # (P, N)
    rows, columns = _pair(closeness, similar[:, counted])

    kinds = _kinds(own, mirrored, labelled, rows, columns)
    placed = np.zeros(points.shape[:2], bool)
    placed[rows] = kinds == PLACED
    given = ((own >= AT) & ~placed[:, None]).any(0)  # (N, K): to a prediction of somebody else
    kinds[(kinds == LOST) & given[columns]] = MIXED

    absent = np.setdiff1d(np.arange(len(counted)), columns)
    gathered = given[absent].sum(1) >= GATHERED * np.maximum(labelled[absent].sum(1), 1)
    allowed = (similar[:, truth.ignored] >= THRESHOLDS[-1]).any(1)
    spare = np.setdiff1d(np.flatnonzero(~allowed), rows)
    about = (closeness[spare] >= NEAR).any(1)
    return Diagnosis(
        rows, counted[columns], kinds, own[rows, columns],
        counted[absent[~gathered]], counted[absent[gathered]], spare[~about], spare[about],
    )  # fmt: skip


def _pair(closeness: np.ndarray, similar: np.ndarray) -> tuple:
    """Pairs of predictions and people: as they are evaluated, and then the closest ones."""
    nobody = np.zeros(similar.shape[1], bool)
    partner = match_partners(similar, nobody, nobody)[0]
    evaluated = partner[:, None] == np.arange(similar.shape[1])
    rows, columns = linear_sum_assignment(closeness + FIRST * evaluated, maximize=True)
    near = closeness[rows, columns] >= NEAR
    return rows[near], columns[near]


def _at_sides(
    image: ImagePeople, counted: np.ndarray, sigmas: np.ndarray, mirror: np.ndarray
) -> tuple:
    """Similarities to the same keypoints and to those of the other side, (P, N, K); else 0."""
    truth, points = image.truth, image.found.keypoints
    other = truth._replace(keypoints=truth.keypoints[:, mirror], labelled=truth.labelled[:, mirror])
    other = other._replace(labelled=other.labelled & (mirror != np.arange(len(mirror))))
    return tuple(
        (pairwise_keypoint_similarity(points, side, sigmas) * side.labelled)[:, counted]
        for side in (truth, other)
    )


def _kinds(
    own: np.ndarray,
    mirrored: np.ndarray,
    labelled: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
) -> np.ndarray:
    """Kinds of keypoints of pairs, (M, K), apart from those that another prediction has."""
    at_anybody = (np.maximum(own, mirrored) >= AT).any(1)[rows]
    conditions = {
        UNLABELLED: ~labelled[columns],
        PLACED: own[rows, columns] >= AT,
        MIRRORED: mirrored[rows, columns] >= AT,
        MIXED: at_anybody,
    }
    return np.select(list(conditions.values()), list(conditions), LOST)
