"""How far apart a network puts the people of an image."""

from typing import NamedTuple, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist

from .colors import instance_colors
from .components import principal_components

PANEL = 3.2  # inches
CLOSE, APART = '#c0392b', '0.6'


class ImageEmbedding(NamedTuple):
    """What one network says about the people of an image.

    Attributes:
        title (str): Name of the network.
        tags (np.ndarray): Tags read under the keypoints, (N, K, L), float.
        threshold (float): Tag distance below which grouping joins keypoints.
    """

    title: str
    tags: np.ndarray
    threshold: float


def plot_embeddings(
    image: np.ndarray,
    embeddings: Sequence[ImageEmbedding],
    visible: np.ndarray,
    num_pairs: int = 25,
) -> Figure:
    """Show the tags of the people of an image, and the distances between those who are close.

    Networks are rows. On the left the tags on their first two principal components, a dot for
    each keypoint and a ring for the mean of each person; on the right the smallest distances
    between the means, red where grouping may confuse the two.

    Args:
        image (np.ndarray): RGB picture to show, (h, w, 3), uint8.
        embeddings (sequence): One per network.
        visible (np.ndarray): Keypoints to plot, (N, K), bool.
        num_pairs (int): Number of distances.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Coupled Embedding (Wang et al. 2022), Figure 1.
    """
    rows = len(embeddings)
    width = PANEL * image.shape[1] / image.shape[0]
    figure = Figure(figsize=(width + 2 * PANEL, rows * PANEL), dpi=120, layout='constrained')
    grid = figure.add_gridspec(rows, 3, width_ratios=[width, PANEL, PANEL])
    picture = figure.add_subplot(grid[:, 0])
    picture.imshow(image)
    picture.axis('off')
    bars = None
    for row, embedding in enumerate(embeddings):
        _scatter(figure.add_subplot(grid[row, 1]), embedding, visible)
        bars = figure.add_subplot(grid[row, 2], sharey=bars)
        _draw_distances(bars, embedding, visible, num_pairs)
    return figure


def _scatter(axes: Axes, embedding: ImageEmbedding, visible: np.ndarray) -> None:
    """Draw tags in the plane; those of one dimension on a line."""
    points = principal_components(embedding.tags, visible, min(2, embedding.tags.shape[-1]))
    if points.shape[-1] == 1:
        points = np.concatenate([points, np.zeros_like(points)], axis=-1)
    for person, shown, color in zip(points, visible, instance_colors(range(len(points))) / 255):
        if shown.any():
            axes.scatter(*person[shown].T, s=12, color=color, alpha=0.7, linewidths=0)
            axes.scatter(*person[shown].mean(0), s=70, color='none', edgecolors=color)
    axes.set_aspect('equal', 'datalim')
    axes.set_title(f'{embedding.title}: tags, {embedding.tags.shape[-1]}-D', fontsize=10)


def _draw_distances(
    axes: Axes, embedding: ImageEmbedding, visible: np.ndarray, num_pairs: int
) -> None:
    """Draw the smallest distances between people as bars, and the threshold as a line."""
    means = [tags[shown].mean(0) for tags, shown in zip(embedding.tags, visible) if shown.any()]
    distances = np.sort(pdist(means))[:num_pairs] if means else np.zeros(0)
    colors = np.where(distances < embedding.threshold, CLOSE, APART)
    axes.bar(range(1, len(distances) + 1), distances, color=colors)
    axes.axhline(embedding.threshold, color='black', linestyle=':', linewidth=1)
    axes.set_xticks([])
    axes.set_title('smallest distances between people', fontsize=10)
    axes.spines[['top', 'right']].set_visible(False)
