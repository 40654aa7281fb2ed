"""From the pixels of a mask and their tags to instances."""

from typing import Callable, NamedTuple

import numpy as np

from mmpose_ae.grouping.scipy_routines import squared_distances

# So many pixels tell which tags there are: ten of an instance that is a percent of the mask. More
# cost time and memory.
_MOST_VOTERS = 1024
# So many pairs of pixels and instances are held at a time.
_PAIRS_AT_ONCE = 2**18


class PixelGroups(NamedTuple):
    """The instances of one mask.

    Attributes:
        owners (np.ndarray): Index of each pixel's instance, (P,), int64; -1 for nobody's.
        tags (np.ndarray): Mean tag of each instance, (N, L), float64.
        scores (np.ndarray): Of each instance, (N,), float64.
    """

    owners: np.ndarray
    tags: np.ndarray
    scores: np.ndarray


def check_finite(scores: np.ndarray, tags: np.ndarray) -> None:
    """Refuse pixels that cannot be compared.

    Args:
        scores (np.ndarray): How sure the mask is, (P,).
        tags (np.ndarray): (P, L).

    Raises:
        ValueError: If a value is NaN or infinite.
    """
    for name, values in dict(detections=scores, tags=tags).items():
        bad = values[~np.isfinite(values)]
        if len(bad):
            raise ValueError(
                f'{name} of pixels must be finite, got {bad[0]}: has training diverged?'
            )


def nearest(tags: np.ndarray, modes: np.ndarray) -> np.ndarray:
    """Index of the mode (N, L) that is nearest to each tag (P, L), float64, (P,)."""
    owners, most = np.empty(len(tags), np.int64), _PAIRS_AT_ONCE // len(modes) or 1
    for start in range(0, len(tags), most):
        part = slice(start, start + most)
        owners[part] = squared_distances(tags[part], modes).argmin(1)
    return owners


def choose_voters(count: int) -> np.ndarray:
    """Indices of the pixels that vote, ascending, (V,), int64; the same ones for the same count.

    One is drawn from each of as many even parts of the row of pixels: they are spread over the
    mask, and unlike every n-th pixel they do not keep in step with its columns.
    """
    voters = min(count, _MOST_VOTERS)
    edges = np.arange(voters + 1) * count // max(voters, 1)
    return edges[:-1] + np.random.default_rng(0).integers(np.diff(edges))


def group_pixels(
    tags: np.ndarray,
    scores: np.ndarray,
    find_modes: Callable[[np.ndarray, np.ndarray], np.ndarray],
    least: int,
    most: int,
) -> PixelGroups:
    """Give every pixel of a mask to the instance of the nearest tag.

    Args:
        tags (np.ndarray): (P, L).
        scores (np.ndarray): How sure the mask is, (P,).
        find_modes (callable): Finds the tags of instances, see :class:`TagDensity`.
        least (int): Instances of fewer pixels are none; others get their pixels.
        most (int): Most instances.

    Returns:
        PixelGroups: An instance scores the mean over its pixels of how sure the mask is, each
        weighed by how close its tag is: pixels between instances have tags of their own, far apart.

    Raises:
        ValueError: If a value is NaN or infinite.
    """
    check_finite(scores, tags)
    tags = np.ascontiguousarray(tags, float)
    nobody = PixelGroups(np.full(len(tags), -1), np.empty((0, tags.shape[1])), np.empty(0))
    chosen = choose_voters(len(tags))
    voters = tags[chosen]
    modes = find_modes(voters, scores[chosen])
    if not len(modes):
        return nobody
    votes = np.bincount(nearest(voters, modes), minlength=len(modes))
    modes = modes[np.argsort(-votes, kind='stable')[:most]]
    owners = nearest(tags, modes)
    large = np.bincount(owners, minlength=len(modes)) >= least
    if not large.any():
        return nobody
    modes, lost = modes[large], ~large[owners]
    owners = large.cumsum()[owners] - 1
    owners[lost] = nearest(tags[lost], modes)
    means = _mean_by(owners, tags, len(modes))
    close = np.exp(-np.square(tags - means[owners]).sum(1))
    return PixelGroups(owners, means, _mean_by(owners, scores * close, len(modes)))


def _mean_by(owners: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """Mean of values (P, ...) over the pixels of each owner, (N, ...)."""
    columns = values.reshape(len(values), -1).T
    sums = np.stack([np.bincount(owners, column, count) for column in columns], axis=1)
    sizes = np.bincount(owners, minlength=count)[:, None]
    return (sums / sizes).reshape(count, *values.shape[1:])
