"""From examples to a score, with what it is worth on images that it has not seen."""

from typing import NamedTuple, Sequence, Tuple

import numpy as np

from mmpose_ae.decoding import LearnedScore
from mmpose_ae.report.matching import match_image
from mmpose_ae.report.slices import match_all

from .examples import Example
from .fitting import fit

HELD_OUT = 5  # one image of so many is


class Learned(NamedTuple):
    """What was learned.

    Attributes:
        score (LearnedScore): The score.
        people (int): How many it was learned from.
        before (float): AP on the images that were held out, as the network ranks.
        after (float): The same as the score ranks.
    """

    score: LearnedScore
    people: int
    before: float
    after: float


def learn(
    examples: Sequence[Example], names: Sequence[str], sigmas: np.ndarray, seed: int
) -> Learned:
    """Learn a score.

    Args:
        examples (sequence[Example]): Of which a fifth is held out.
        names (sequence[str]): Of the keypoints, K.
        sigmas (np.ndarray): Tolerance of each of them, (K,).
        seed (int): Of which images are held out, and of the network.

    Returns:
        Learned: The score.

    Raises:
        ValueError: If there are too few images, or people.
    """
    order = np.random.default_rng(seed).permutation(len(examples))
    held_out = [examples[i] for i in order[::HELD_OUT]]
    kept = [examples[i] for n, i in enumerate(order) if n % HELD_OUT]
    features, targets = _join([people_to_learn(example, sigmas) for example in kept])
    score = LearnedScore(tuple(names), sigmas, fit(features, targets, seed))
    before = precision(held_out, sigmas, [each.people.found.scores for each in held_out])
    after = precision(held_out, sigmas, [score.predict(each.features) for each in held_out])
    return Learned(score, len(features), before, after)


def _join(known: Sequence[Tuple[np.ndarray, np.ndarray]]) -> Tuple[np.ndarray, np.ndarray]:
    """Put the people of images together."""
    if not sum(len(targets) for _, targets in known):
        raise ValueError(f'nobody was found on {len(known)} images: there is nothing to learn from')
    features, targets = (np.concatenate(each) for each in zip(*known))
    return features, targets


def people_to_learn(example: Example, sigmas: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """What a score reads of people, and what it should say.

    A score should be the share of COCO's thresholds at which the person is right. Each annotated
    person makes one right at most, so that who is found twice is wrong the second time.

    Args:
        example (Example): An image.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).

    Returns:
        tuple:
        - np.ndarray: Features, (P, D), without people who do not count: those in a crowd, or
            without a label.
        - np.ndarray: Targets, (P,).
    """
    matches = match_image(example.people, sigmas)
    counted = ~matches.ignored.any(0)
    return example.features[counted], matches.true.mean(0)[counted]


def precision(
    examples: Sequence[Example], sigmas: np.ndarray, scores: Sequence[np.ndarray]
) -> float:
    """AP of people with these scores, (P,) of each image; NaN where nobody is annotated."""
    images = [
        people._replace(found=people.found._replace(scores=each).ranked())
        for (people, _), each in zip(examples, scores)
    ]
    return match_all(images, sigmas).ap
