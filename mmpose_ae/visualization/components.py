"""Tags of several dimensions on one axis."""

import numpy as np


def first_component(tags: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Project tags on the direction in which they differ most.

    Args:
        tags (np.ndarray): Tags, (..., L), float.
        weights (np.ndarray): How much each tag counts for the direction, (...), not negative.

    Returns:
        np.ndarray: Coordinate of each tag, (...). A tag of one dimension is its own value; with
        more, 0 is the weighted mean and the sign is such that the largest entry of the direction
        is positive.
    """
    if tags.shape[-1] == 1:
        return tags[..., 0]
    weights = weights.astype(np.float64)[..., None]
    mean = (tags * weights).reshape(-1, tags.shape[-1]).sum(0) / max(weights.sum(), 1)
    centered = tags - mean
    scaled = (centered * np.sqrt(weights)).reshape(-1, tags.shape[-1])
    _, vectors = np.linalg.eigh(scaled.T @ scaled)
    direction = vectors[:, -1]
    return centered @ (direction * np.sign(direction[np.abs(direction).argmax()]))


def component_label(tag_dim: int) -> str:
    """Name the axis of :func:`first_component` for tags of ``tag_dim`` dimensions."""
    return 'tag' if tag_dim == 1 else f'tag, first of {tag_dim} principal components'
