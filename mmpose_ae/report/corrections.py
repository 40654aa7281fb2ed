"""Predictions as they would be without one kind of error."""

from typing import Callable, Dict, NamedTuple, Optional

import numpy as np

from .diagnosis import LOST, MIRRORED, MIXED, PLACED, Diagnosis
from .people import Found, ImagePeople

FIRST, LAST = np.inf, -np.inf  # scores of who is put before or after all others
GOOD = 0.85  # similarity of keypoints from which on nobody would call them wrong


class Error(NamedTuple):
    """A kind of error.

    Attributes:
        name (str): Of it.
        what (str): What it is, and what was put in its place.
        advice (str): What may help.
        correct (callable): The predictions of an image without it, from the image and its
            diagnosis, in any order.
        unit (str): Of what ``count`` counts.
        count (callable, optional): How often an image has it, from its diagnosis.
    """

    name: str
    what: str
    advice: str
    correct: Callable[[ImagePeople, Diagnosis], Found]
    unit: str = ''
    count: Optional[Callable[[Diagnosis], int]] = None


def _with_keypoints(image: ImagePeople, diagnosis: Diagnosis, kind: int) -> Found:
    """Move keypoints of a kind to where they are annotated."""
    points = image.found.keypoints.copy()
    pair, k = np.nonzero(diagnosis.kinds == kind)
    rows, people = diagnosis.predictions[pair], diagnosis.people[pair]
    points[rows, k] = image.truth.keypoints[people, k]
    return image.found._replace(keypoints=points)


def _with_people(found: Found, image: ImagePeople, people: np.ndarray) -> Found:
    """Add annotated people, before all others."""
    truth = image.truth
    added = Found(truth.keypoints[people], np.full(len(people), FIRST), truth.areas[people])
    return Found(*map(np.concatenate, zip(found, added)))


def _without(found: Found, people: np.ndarray) -> Found:
    return found.take(np.setdiff1d(np.arange(len(found.scores)), people))


def _regrouped(image: ImagePeople, diagnosis: Diagnosis) -> Found:
    found = _with_keypoints(image, diagnosis, MIXED)
    found = _without(found, diagnosis.repeated)
    return _with_people(found, image, diagnosis.merged)


def _reranked(image: ImagePeople, diagnosis: Diagnosis) -> Found:
    """Rank who was found by similarity to the annotated person, and all others last."""
    scores = np.full(len(image.found.scores), LAST)
    labelled = image.truth.labelled[diagnosis.people]
    total = (diagnosis.similarity * labelled).sum(1)
    scores[diagnosis.predictions] = total / np.maximum(labelled.sum(1), 1)
    return image.found._replace(scores=scores)


def _corrects(kind: int) -> Callable[[ImagePeople, Diagnosis], Found]:
    return lambda image, diagnosis: _with_keypoints(image, diagnosis, kind)


def _counts(kind: int) -> Callable[[Diagnosis], int]:
    return lambda diagnosis: int((diagnosis.kinds == kind).sum())


def _count_moved(diagnosis: Diagnosis) -> int:
    return int(((diagnosis.kinds == PLACED) & (diagnosis.similarity < GOOD)).sum())


def _count_mixed(diagnosis: Diagnosis) -> int:
    keypoints = int((diagnosis.kinds == MIXED).sum())
    return keypoints + len(diagnosis.merged) + len(diagnosis.repeated)


ERRORS: Dict[str, Error] = {
    'missed': Error(
        'missed people',
        'Nobody is predicted there. The annotated person was put there, before all others.',
        'Train longer or at a larger input size, test at further scales, or lower the threshold of '
        'candidates; see by size and crowding who is missed.',
        lambda image, diagnosis: _with_people(image.found, image, diagnosis.missed),
        'people',
        lambda diagnosis: len(diagnosis.missed),
    ),
    'invented': Error(
        'invented people',
        'Somebody is predicted where nobody is annotated. The prediction was left out.',
        'Look at them below: annotations may be missing (mark such regions iscrowd). Else raise '
        'the threshold of candidates, or train with more images without people.',
        lambda image, diagnosis: _without(image.found, diagnosis.invented),
        'predictions',
        lambda diagnosis: len(diagnosis.invented),
    ),
    'grouping': Error(
        'wrong grouping',
        'Keypoints are with another person, two people are one, or one is two. Keypoints were put '
        'back, merged people added, second predictions of a person left out.',
        'Of a checkpoint the report tells the cause. If true tags gain more: look at the tags and '
        'their margins (docs/evaluation.md), try another threshold of tags, tags of more '
        'dimensions, or CenterGroup. If true heatmaps do: train longer or at a larger input size; '
        "keypoints without a peak are filled in with those of others by the decoder's completion.",
        _regrouped,
        'keypoints and people',
        _count_mixed,
    ),
    'mirrored': Error(
        'swapped left and right',
        'A keypoint is where that of the other side is. It was put where it belongs.',
        'Check the swaps of the metainfo, which mirroring in training follows; test with the flip '
        'test; train longer.',
        _corrects(MIRRORED),
        'keypoints',
        _counts(MIRRORED),
    ),
    'jitter': Error(
        'jitter',
        'The right keypoint, but not exactly there. It was put there exactly.',
        'Use finer heatmaps (HigherHRNet), a larger input size, another refinement of peaks, or '
        'the flip test.',
        _corrects(PLACED),
        f'keypoints (similarity below {GOOD:g})',
        _count_moved,
    ),
    'lost': Error(
        'lost keypoints',
        'A keypoint of somebody who was found is at no annotated one. It was put where it belongs.',
        'See below which types; train longer, lower the threshold of candidates, or let completion '
        'search for missing keypoints.',
        _corrects(LOST),
        'keypoints',
        _counts(LOST),
    ),
    'ranking': Error(
        'wrong ranking',
        'Scores do not say how good a prediction is. They were replaced by the similarity to the '
        'annotated person; who is nobody, or a second time there, ranks last.',
        "Try other scores of people: the decoder's scoring, or score_mode of the metric.",
        _reranked,
    ),
}


def correct(image: ImagePeople, diagnosis: Diagnosis, kind: str) -> ImagePeople:
    """Replace one kind of error by the truth.

    Args:
        image (ImagePeople): The image.
        diagnosis (Diagnosis): What is wrong in it.
        kind (str): One of ``ERRORS``.

    Returns:
        ImagePeople: The same people, predicted without it.
    """
    return image._replace(found=ERRORS[kind].correct(image, diagnosis).ranked())
