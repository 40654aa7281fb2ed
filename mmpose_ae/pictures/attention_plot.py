"""To which keypoints centers attend, as lines on the image."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from .colors import instance_colors

PANEL = 4.0  # inches
FAINTEST = 0.04  # opacity of the line of a pair without attention


class ImageAttention(NamedTuple):
    """What the grouping attention says about one image.

    Attributes:
        centers (np.ndarray): Centers of instances (x, y) in pixels of the image, (C, 2), float.
        candidates (np.ndarray): Detected keypoints of all types (x, y) in pixels, (M, 2), float.
        attention (np.ndarray): From each center to all candidates, for each keypoint type,
            (C, K, M), float; sums to 1.
        visible (np.ndarray): Keypoints of each center that are said to be visible, (C, K), bool.
    """

    centers: np.ndarray
    candidates: np.ndarray
    attention: np.ndarray
    visible: np.ndarray


def plot_attention(image: np.ndarray, found: ImageAttention, threshold: float = 0.5) -> Figure:
    """Show an image, all pairs of a center and a candidate, and the pairs that make the poses.

    A line is as opaque as the attention is high: between all pairs the highest of any keypoint
    type, and beside it that of each visible keypoint where it exceeds the threshold.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        found (ImageAttention): Of that image.
        threshold (float): Attention above which a candidate is shown as a center's keypoint.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Figures 6 and 7.
    """
    height = PANEL * image.shape[0] / image.shape[1]
    figure = Figure(figsize=(3 * PANEL, height + 0.3), dpi=120, layout='constrained')
    picture, all_pairs, chosen = figure.subplots(1, 3)
    for axes, title in (
        (picture, 'image'),
        (all_pairs, 'attention of all pairs'),
        (chosen, f'visible keypoints, attention above {threshold:g}'),
    ):
        axes.imshow(image)
        axes.set_title(title, fontsize=10)
        axes.axis('off')
    _draw_lines(all_pairs, found, np.maximum(found.attention.max(1), FAINTEST))
    selected = found.visible[..., None] & (found.attention > threshold)
    _draw_lines(chosen, found, (found.attention * selected).max(1))
    return figure


def _draw_lines(axes: Axes, found: ImageAttention, opacity: np.ndarray) -> None:
    """Draw a line for each center and candidate of opacity (C, M) above 0, the strongest on top."""
    centers, candidates = np.nonzero(opacity)
    order = np.argsort(opacity[centers, candidates], kind='stable')
    centers, candidates = centers[order], candidates[order]
    ends = np.stack([found.centers[centers], found.candidates[candidates]], axis=1)
    colors = instance_colors(range(len(found.centers))) / 255
    rgba = np.column_stack([colors[centers], opacity[centers, candidates]])
    axes.add_collection(LineCollection(ends, colors=rgba, linewidths=1.2), autolim=False)
    axes.scatter(*found.candidates[np.unique(candidates)].T, s=6, color='white', linewidths=0)
    axes.scatter(*found.centers.T, s=40, c=colors, edgecolors='black', linewidths=0.8, zorder=3)
