"""Greedy grouping of candidates by their tags, keypoint type after keypoint type."""

from typing import List, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

UNMATCHED = -1


def match_by_tag(
    scores: np.ndarray,
    tags: np.ndarray,
    order: Sequence[int],
    score_threshold: float,
    tag_threshold: float,
) -> np.ndarray:
    """Group the candidates of one image into instances.

    The keypoint types are visited in order. The candidates of a type are assigned to the
    instances found so far at the least total cost ``100 * round(distance) - score``, where
    distance is that between the candidate's tag and the instance's mean tag: among close tags the
    stronger peak wins. A candidate that is left over, or not closer than the threshold, starts
    an instance. Instances are known by their index, so equal tags cause no confusion.

    Args:
        scores (np.ndarray): Candidate scores, (K, M).
        tags (np.ndarray): Candidate tags, (K, M, L).
        order (sequence): All keypoint types in the order in which they are grouped.
        score_threshold (float): Candidates must score more than this.
        tag_threshold (float): Tag distance from which on a candidate does not match.

    Returns:
        np.ndarray: For each instance the index of its candidate per keypoint type, (N, K),
        int64; -1 where the keypoint is missing.

    Source: Newell et al. 2017 (arXiv:1611.05424), Section 3.3; cost as in the released codes.
    """
    num_keypoints = len(scores)
    instances: List[np.ndarray] = []  # (K,) candidate index per keypoint type
    tag_sums: List[np.ndarray] = []  # (L,)
    for k in order:
        found = np.flatnonzero(scores[k] > score_threshold)
        partner = _assign(scores[k, found], tags[k, found], instances, tag_sums, tag_threshold)
        for candidate, instance in zip(found, partner):
            if instance == UNMATCHED:
                instances.append(np.full(num_keypoints, UNMATCHED))
                tag_sums.append(np.zeros(tags.shape[-1], np.float32))
            instances[instance][k] = candidate
            tag_sums[instance] += tags[k, candidate]
    return np.array(instances, np.int64).reshape(-1, num_keypoints)


def _assign(
    scores: np.ndarray,
    tags: np.ndarray,
    instances: List[np.ndarray],
    tag_sums: List[np.ndarray],
    tag_threshold: float,
) -> np.ndarray:
    """Instance of each candidate of one keypoint type, -1 where it starts a new one."""
    partner = np.full(len(scores), UNMATCHED)
    if not instances or not len(scores):
        return partner
    counts = (np.array(instances) != UNMATCHED).sum(1, keepdims=True)
    mean_tags = np.array(tag_sums) / counts  # (N, L)
    distance = np.linalg.norm(tags[:, None] - mean_tags[None], axis=-1)  # (M, N)
    rows, columns = linear_sum_assignment(100 * np.round(distance) - scores[:, None])
    close = distance[rows, columns] < tag_threshold
    partner[rows[close]] = columns[close]
    return partner
