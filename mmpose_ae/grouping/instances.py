"""From groups of candidates to instances."""

from typing import NamedTuple, Optional

import numpy as np

from .candidates import UNMATCHED, Candidates


class Instances(NamedTuple):
    """The instances of one image, best first.

    Attributes:
        cells (np.ndarray): Positions (x, y) in heatmap cells, (N, K, 2), float32; the mean of
            the instance's other keypoints where one is missing.
        scores (np.ndarray): Keypoint scores, (N, K), float32; 0 where missing.
        tags (np.ndarray): Mean tags, (N, L), float32.
    """

    cells: np.ndarray
    scores: np.ndarray
    tags: np.ndarray


def _mean_of_found(values: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Mean of values (N, K, D) over the keypoints that were found (N, K), (N, D)."""
    return np.where(found[..., None], values, 0).sum(1) / found.sum(1, keepdims=True)


def collect_instances(
    candidates: Candidates, members: np.ndarray, max_instances: Optional[int] = None
) -> Instances:
    """Read the candidates of each group and sort the groups by score.

    Args:
        candidates (Candidates): Arrays of one image.
        members (np.ndarray): Index of each group's candidate per keypoint type, (N, K), int64;
            -1 where the keypoint is missing.
        max_instances (int, optional): Most instances, the best ones. None is no limit.

    Returns:
        Instances: Sorted by the mean score over all K keypoints; equal ones keep their order.
    """
    types = np.arange(members.shape[1])
    scores = candidates.scores[types, members] * (members != UNMATCHED)
    best = np.argsort(-scores.mean(1), kind='stable')[:max_instances]
    members, scores = members[best], scores[best]
    found = members != UNMATCHED  # (N, K)
    points = candidates.cells[types, members]
    center = _mean_of_found(points, found)
    cells = np.where(found[..., None], points, center[:, None])
    tags = _mean_of_found(candidates.tags[types, members], found)
    return Instances(cells.astype(np.float32), scores, tags.astype(np.float32))


def fill_instances(instances: Instances, cells: np.ndarray, scores: np.ndarray) -> Instances:
    """Add the missing keypoints that were found.

    Args:
        instances (Instances): N instances of one image.
        cells (np.ndarray): Positions (x, y) in heatmap cells, (N, K, 2), float32.
        scores (np.ndarray): Their scores, (N, K), float32; 0 where nothing was found.

    Returns:
        Instances: In the same order; the mean tags are those of the grouped keypoints.
    """
    return Instances(
        np.where((scores > 0)[..., None], cells, instances.cells),
        np.where(scores > 0, scores, instances.scores),
        instances.tags,
    )
