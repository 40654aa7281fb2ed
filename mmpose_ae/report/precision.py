"""Average precision from matches of images, each of which may count several times."""

from typing import List, NamedTuple

import numpy as np

from .matching import THRESHOLDS, Matches

RECALLS = np.linspace(0, 1, 101)  # at which precision is read
CHUNK = 100  # samples at a time, which bounds memory


class Records(NamedTuple):
    """The matches of all images, best first.

    Attributes:
        scores (np.ndarray): Of the predictions, (D,).
        images (np.ndarray): Number of the image of each, (D,), int.
        true (np.ndarray): Which are right, by threshold of OKS, (T, D), bool.
        ignored (np.ndarray): Which do not count, (T, D), bool.
        people (np.ndarray): How many people are to be found in each image, (I,), int.
    """

    scores: np.ndarray
    images: np.ndarray
    true: np.ndarray
    ignored: np.ndarray
    people: np.ndarray

    @property
    def ap(self) -> float:
        """Average precision, mean over the thresholds; NaN where nobody is to be found."""
        return float(self.by_threshold.mean())

    @property
    def by_threshold(self) -> np.ndarray:
        """Average precision for each threshold of OKS, (T,)."""
        return weighted_precision(self, np.ones((1, len(self.people)), int))[0]

    def within(self, chosen: np.ndarray) -> 'Records':
        """Let only some images count.

        Args:
            chosen (np.ndarray): Which ones, (I,), bool.

        Returns:
            Records: Of as many images, of which the others are empty.
        """
        kept = chosen[self.images]
        return Records(
            self.scores[kept],
            self.images[kept],
            self.true[:, kept],
            self.ignored[:, kept],
            self.people * chosen,
        )


def collect(matches: List[Matches]) -> Records:
    """Put the matches of images together, in their order where scores are equal."""
    scores = np.concatenate([np.zeros(0), *(each.scores for each in matches)])
    images = np.repeat(np.arange(len(matches)), [len(each.scores) for each in matches])
    order = np.argsort(-scores, kind='stable')
    none = np.zeros((len(THRESHOLDS), 0), bool)
    true = np.concatenate([none, *(each.true for each in matches)], axis=1)
    ignored = np.concatenate([none, *(each.ignored for each in matches)], axis=1)
    people = np.array([each.people for each in matches], int)
    return Records(scores[order], images[order], true[:, order], ignored[:, order], people)


def weighted_precision(records: Records, weights: np.ndarray) -> np.ndarray:
    """Compute COCO's average precision where images count several times, or not at all.

    Args:
        records (Records): Of I images.
        weights (np.ndarray): How often each image counts in each of B samples, (B, I), int.

    Returns:
        np.ndarray: For each sample and threshold of OKS, (B, T); NaN in samples without people.
    """
    parts = np.array_split(weights, -(-len(weights) // CHUNK))
    return np.concatenate([_chunk(records, part) for part in parts])


def weighted_recall(records: Records, weights: np.ndarray) -> np.ndarray:
    """Compute the part of the people who are found; arguments and result are those of
    :func:`weighted_precision`.
    """
    found = weights[:, records.images] @ records.true.T.astype(int)
    people = (weights @ records.people)[:, None]
    return np.where(people > 0, found / np.maximum(people, 1), np.nan)


def _chunk(records: Records, weights: np.ndarray) -> np.ndarray:
    people = weights @ records.people
    drawn = weights[:, records.images].astype(np.int32)  # (B, D)
    columns = [
        _at_threshold(drawn, true, ~ignored, people)
        for true, ignored in zip(records.true, records.ignored)
    ]
    return np.where(people[:, None] > 0, np.stack(columns, axis=1), np.nan)


def _at_threshold(
    drawn: np.ndarray, true: np.ndarray, counts: np.ndarray, people: np.ndarray
) -> np.ndarray:
    """Average precision of each sample, (B,): precision is highest where somebody was found."""
    places = np.flatnonzero(true)
    if not len(places):
        return np.zeros(len(drawn))
    found = np.cumsum(drawn[:, places], axis=1, dtype=np.int32)
    shown = np.cumsum(drawn[:, counts], axis=1, dtype=np.int32)
    shown = shown[:, np.cumsum(counts)[places] - 1]
    precision = found / np.maximum(shown, 1)
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = found / np.maximum(people, 1)[:, None]
    at = np.stack([np.searchsorted(reached, RECALLS) for reached in recall])
    beyond = np.zeros((len(drawn), 1))  # recalls that are not reached
    return np.take_along_axis(np.append(precision, beyond, axis=1), at, axis=1).mean(1)
