"""Joining the groups of one instance that was split."""

import numpy as np

from .candidates import UNMATCHED
from .pool import Pool
from .scipy_routines import squared_distances


def join_groups(pool: Pool, groups: np.ndarray, join_below: float) -> np.ndarray:
    """Join the closest groups that have no common keypoint type, until none are close.

    Args:
        pool (Pool): The candidates.
        groups (np.ndarray): Index of each group's candidate per keypoint type, (N, K), int64; -1
            where it is missing.
        join_below (float): Groups are close while their mean tags are less than this many standard
            errors apart; below the tag threshold always.

    Returns:
        np.ndarray: Those that are left, (M, K), int64.
    """
    deviation = join_below * _tag_spread(pool, groups)
    groups, found = groups.copy(), (groups != UNMATCHED).astype(float)
    mean, distance = np.empty((len(groups), pool.tags.shape[1])), np.empty((len(groups),) * 2)
    rows, changed = np.arange(len(groups)), np.arange(len(groups))
    while len(changed):
        mean[changed] = pool.mean_tags(groups[changed])
        size = found.sum(1)
        limit = np.maximum(deviation * np.sqrt(1 / size[changed, None] + 1 / size), 1)
        apart = np.sqrt(squared_distances(mean[changed], mean)) / limit
        apart[found[changed] @ found.T > 0] = np.inf
        distance[changed], distance[:, changed] = apart, apart.T
        nearest = distance.argmin(1)
        joined = (rows < nearest) & (nearest[nearest] == rows)
        joined &= distance[rows, nearest] < 1
        changed, gone = rows[joined], nearest[joined]
        groups[changed] = np.maximum(groups[changed], groups[gone])
        found[changed] = np.maximum(found[changed], found[gone])
        groups[gone], found[gone] = UNMATCHED, 1  # has something in common with every group
        distance[gone] = distance[:, gone] = np.inf
    return groups[(groups != UNMATCHED).any(1)]


def _tag_spread(pool: Pool, groups: np.ndarray) -> float:
    """Standard deviation of the tags within groups; 0 if each has one candidate only."""
    found = groups != UNMATCHED
    deviation = pool.tags[groups] - pool.mean_tags(groups)[:, None]
    freedom = found.sum() - len(groups)
    return np.sqrt(np.square(deviation[found]).sum() / freedom) if freedom else 0.0
