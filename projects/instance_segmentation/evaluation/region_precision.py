"""AP^r, the precision of regions (Hariharan et al. 2014), as SDS's evaluation computes it."""

from typing import Iterable, NamedTuple, Sequence, Tuple

import numpy as np

from projects.instance_segmentation.datasets.instance_map import VOID, InstanceMap

MOSTLY = 0.5  # a prediction that is void by a larger part is of what nobody has outlined


class Judged(NamedTuple):
    """The predictions of one image, beside what is there.

    Attributes:
        scores (np.ndarray): (D,).
        categories (np.ndarray): Index of each prediction's category, (D,).
        overlaps (np.ndarray): Intersection over union with each annotated instance, (D, N).
        void (np.ndarray): Share of each prediction that is void, (D,).
        truth (np.ndarray): Index of each annotated instance's category, (N,).
    """

    scores: np.ndarray
    categories: np.ndarray
    overlaps: np.ndarray
    void: np.ndarray
    truth: np.ndarray


def mask_overlaps(masks: Iterable[np.ndarray], truth: InstanceMap) -> Tuple[np.ndarray, np.ndarray]:
    """Intersection over union of masks and annotated instances; void pixels are of neither.

    Args:
        masks (iterable): D predicted masks, (H, W), bool.
        truth (InstanceMap): Of the same size.

    Returns:
        tuple: (D, N), float64, and the share of each mask that is void, (D,), float64.
    """
    areas, rows, void = truth.areas(), [], []
    for mask in masks:
        labels = truth.labels[mask]
        covered = np.bincount(labels[labels != VOID], minlength=len(areas) + 1)
        rows.append(covered[1:] / np.maximum(covered.sum() + areas - covered[1:], 1))
        void.append(np.count_nonzero(labels == VOID) / max(len(labels), 1))
    return np.reshape(rows, (len(rows), len(areas))), np.array(void, float)


def find_correct(scores: np.ndarray, overlaps: np.ndarray, threshold: float) -> np.ndarray:
    """Match the predictions of one category in one image, best first.

    Each takes the instance of the highest overlap among those that are free, and is wrong unless
    that is above the threshold. So a second prediction for one instance may take another.

    Args:
        scores (np.ndarray): (D,).
        overlaps (np.ndarray): (D, N).
        threshold (float): Overlap.

    Returns:
        np.ndarray: Which predictions are right, (D,), bool.
    """
    correct = np.zeros(len(scores), bool)
    free = overlaps.copy()
    for d in np.argsort(-scores, kind='stable') if overlaps.shape[1] else ():
        best = free[d].argmax()
        correct[d] = free[d, best] > threshold
        if correct[d]:
            free[:, best] = -1
    return correct


def average_precision(scores: np.ndarray, correct: np.ndarray, positives: int) -> float:
    """Area under the envelope of precision over recall; NaN where there is nothing to find.

    Args:
        scores (np.ndarray): Of all predictions, (D,).
        correct (np.ndarray): Which are right, (D,), bool.
        positives (int): Number of instances that are there.

    Returns:
        float: From 0 to 1.
    """
    if not positives:
        return float('nan')
    found = correct[np.argsort(-scores, kind='stable')].cumsum()
    precision = found / np.arange(1, len(found) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(found, prepend=0) * envelope).sum() / positives)


def region_precision(
    images: Sequence[Judged], num_categories: int, thresholds: Sequence[float]
) -> np.ndarray:
    """AP^r of every threshold and category.

    SDS's code loses the predictions of images without any instance; here they are wrong. It has
    no void: what is wrong and lies in void by more than half does not count.

    Args:
        images (sequence[Judged]): All images.
        num_categories (int): C.
        thresholds (sequence): T overlaps.

    Returns:
        np.ndarray: (T, C); NaN for categories of which nothing is there.
    """
    table = np.full((len(thresholds), num_categories), np.nan)
    for c in range(num_categories):
        own = [(image, image.categories == c, image.truth == c) for image in images]
        parts = [(image.scores[d], image.overlaps[d][:, n]) for image, d, n in own]
        scores = _join([part[0] for part in parts])
        excused = _join([image.void[d] for image, d, _ in own]) > MOSTLY
        positives = sum(int(n.sum()) for _, _, n in own)
        for t, threshold in enumerate(thresholds):
            correct = _join([find_correct(*part, threshold) for part in parts]).astype(bool)
            counted = correct | ~excused
            table[t, c] = average_precision(scores[counted], correct[counted], positives)
    return table


def _join(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays of all images one behind the other; there may be none."""
    return np.concatenate([np.empty(0), *parts])
