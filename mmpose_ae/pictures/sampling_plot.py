"""Where the kernels of keypoints read around the centers of people."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANEL = 3.2  # inches
FAINT = 0.5  # opacity of the image behind the points
COLORS = colormaps['turbo']


def plot_sampling(
    image: np.ndarray, keypoints: np.ndarray, centers: np.ndarray, places: np.ndarray
) -> Figure:
    """Show for each person the keypoints as rings and what is read for them as dots.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        keypoints (np.ndarray): Keypoints (x, y) in pixels of the image, (P, K, 2), NaN where
            there are none.
        centers (np.ndarray): Centers, (P, 2).
        places (np.ndarray): Where the kernel of each keypoint type reads, (P, K, T, 2).

    Returns:
        Figure: To be saved with ``savefig``.
    """
    height, width = image.shape[:2]
    size = (len(centers) * PANEL, PANEL * height / width)
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    panels = figure.subplots(1, len(centers), squeeze=False)[0]
    for axes, *person in zip(panels, keypoints, centers, places):
        axes.imshow(image, alpha=FAINT)
        _draw_person(axes, *person)
        axes.set_xlim(-0.5, width - 0.5)
        axes.set_ylim(height - 0.5, -0.5)
        axes.axis('off')
    return figure


def _draw_person(axes: Axes, keypoints: np.ndarray, center: np.ndarray, places: np.ndarray) -> None:
    colors = COLORS(np.linspace(0.1, 0.9, len(keypoints)))
    for color, keypoint, points in zip(colors, keypoints, places):
        axes.scatter(*points.T, s=16, color=color, linewidths=0)
        axes.scatter(*keypoint, s=80, facecolors='none', edgecolors=color, linewidths=1.5)
    axes.scatter(*center, s=60, marker='+', color='black', linewidths=1.5)
