"""Tags of several dimensions on one axis or two."""

import numpy as np


def principal_components(tags: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Project tags on the directions in which they differ most.

    Args:
        tags (np.ndarray): Tags, (..., L), float.
        weights (np.ndarray): How much each tag counts for the directions, (...), not negative.
        count (int): Number of directions, at most L.

    Returns:
        np.ndarray: Coordinates of each tag, (..., count), the direction of the largest variance
        first. 0 is the weighted mean; the largest entry of each direction is positive.
    """
    weights = weights.astype(np.float64)[..., None]
    mean = (tags * weights).reshape(-1, tags.shape[-1]).sum(0) / max(weights.sum(), 1)
    centered = tags - mean
    scaled = (centered * np.sqrt(weights)).reshape(-1, tags.shape[-1])
    _, vectors = np.linalg.eigh(scaled.T @ scaled)
    directions = vectors[:, ::-1][:, :count]  # (L, count)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(0)[None], axis=0)
    return centered @ (directions * np.sign(largest))


def first_component(tags: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Project tags on the direction in which they differ most.

    Args:
        tags (np.ndarray): Tags, (..., L), float.
        weights (np.ndarray): As in :func:`principal_components`.

    Returns:
        np.ndarray: Coordinate of each tag, (...). A tag of one dimension is its own value.
    """
    if tags.shape[-1] == 1:
        return tags[..., 0]
    return principal_components(tags, weights, 1)[..., 0]


def component_label(tag_dim: int) -> str:
    """Name the axis of :func:`first_component` for tags of ``tag_dim`` dimensions."""
    return 'tag' if tag_dim == 1 else f'tag, first of {tag_dim} principal components'
