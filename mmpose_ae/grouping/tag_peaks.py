"""Where the density of tags peaks: there instances are.

The density of a tag is the sum over the keypoint types of the best candidate's score, weighted by
how close its tag is.
"""

import numpy as np

from .pool import Pool

# It is looked at by candidates of so many keypoint types: enough to find an instance, and cheap
# for whole-body keypoints.
_SEED_TYPES = 16
# Of candidates whose tags are closer than this part of the reach one is enough, also where all
# tags are alike.
_SEED_SPACING = 0.1


def find_seeds(pool: Pool, reach: float, most: int) -> np.ndarray:
    """Choose the candidates at which the density is looked at, from the most frequent types.

    Args:
        pool (Pool): The candidates.
        reach (float): See :meth:`Pool.weigh`.
        most (int): Most seeds, those of the highest scores.

    Returns:
        np.ndarray: Their indices, as of :func:`space_out`.
    """
    types = np.argsort(-np.bincount(pool.types), kind='stable')[:_SEED_TYPES]
    return space_out(pool, np.flatnonzero(np.isin(pool.types, types)), reach, most)


def space_out(pool: Pool, seeds: np.ndarray, reach: float, most: int) -> np.ndarray:
    """Of candidates with like tags keep the one of the highest score.

    Args:
        pool (Pool): The candidates.
        seeds (np.ndarray): Indices of some of them, (S,).
        reach (float): See :meth:`Pool.weigh`; tags within a tenth of it are alike.
        most (int): Most that are kept, those of the highest scores.

    Returns:
        np.ndarray: Indices of those that are kept, at most ``most``.
    """
    seeds = seeds[np.argsort(-pool.scores[seeds], kind='stable')]
    blocks = (pool.tags[seeds] - pool.tags.min(0)) // (reach * _SEED_SPACING)
    first = np.unique(blocks, axis=0, return_index=True)[1]
    return seeds[first if len(first) <= most else first[first <= np.sort(first)[most - 1]]]


def densest_tags(pool: Pool, seeds: np.ndarray, reach: float) -> np.ndarray:
    """Give the tags of the seeds than which none within half the reach is denser.

    Args:
        pool (Pool): The candidates.
        seeds (np.ndarray): Indices of some of them, (S,).
        reach (float): See :meth:`Pool.weigh`.

    Returns:
        np.ndarray: (N, L), in the order of the seeds.
    """
    density, close = np.zeros(len(seeds)), []
    for start, part in pool.parts(len(seeds)):
        rows, found, squared, weight = part.weigh(pool.tags[seeds], reach)
        place = rows * (pool.types[-1] + 1) + part.types[found]  # ascending
        firsts = np.flatnonzero(np.diff(place, prepend=-1))
        best = np.maximum.reduceat(weight, firsts) if len(firsts) else weight
        density += np.bincount(rows[firsts], best, len(seeds))
        within = squared < (reach / 2) ** 2
        close.append((rows[within], start + found[within]))
    rows, found = (np.concatenate(values) for values in zip(*close))
    ranked = seeds[np.argsort(-density, kind='stable')]
    rank = np.full(len(pool.types), len(seeds))
    rank[ranked] = np.arange(len(seeds))
    beaten = rank[found] < rank[seeds][rows]
    return pool.tags[np.delete(seeds, rows[beaten])]
