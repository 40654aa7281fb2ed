"""The tags of true instances, which tell at a glance whether grouping is easy."""

from typing import Optional, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .colors import instance_colors
from .components import component_label, first_component

LEAST_SPAN = 2.0  # tags that are less than 1 apart are one instance: do not magnify their noise


def plot_tags(
    tags: np.ndarray,
    visible: np.ndarray,
    keypoint_names: Sequence[str],
    image: Optional[np.ndarray] = None,
    colors: Optional[np.ndarray] = None,
) -> Figure:
    """Plot tag against keypoint type, one color per true instance.

    A dotted line is the mean tag of an instance. Tags of several dimensions are projected on
    their first principal component.

    Args:
        tags (np.ndarray): Tags read under the keypoints, (N, K, L), float.
        visible (np.ndarray): Keypoints to plot, (N, K), bool.
        keypoint_names (sequence): K names, plotted from top to bottom.
        image (np.ndarray, optional): RGB picture to show beside the plot, (h, w, 3), uint8.
        colors (np.ndarray, optional): RGB colors of the instances, (N, 3), uint8. None takes
            :func:`instance_colors` in their order.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Newell et al. 2017 (arXiv:1611.05424), Figure 3.
    """
    colors = instance_colors(range(len(tags))) if colors is None else colors
    values = first_component(tags, visible)
    height = 0.24 * len(keypoint_names) + 0.6
    picture_width = 0 if image is None else height * image.shape[1] / image.shape[0]
    figure = Figure(figsize=(5.2 + picture_width, height), dpi=120, layout='constrained')
    if image is None:
        axes = figure.subplots()
    else:
        picture, axes = figure.subplots(1, 2, width_ratios=[picture_width, 5.2])
        picture.imshow(image)
        picture.axis('off')
    for value, shown, color in zip(values, visible, colors / 255):
        if shown.any():
            axes.axvline(value[shown].mean(), color=color, linestyle=':', linewidth=1)
            axes.scatter(
                value[shown], np.flatnonzero(shown), 42, [color], edgecolors='black', linewidths=0.5
            )
    _lay_out(axes, keypoint_names)
    axes.set_xlabel(component_label(tags.shape[-1]))
    return figure


def _lay_out(axes: Axes, keypoint_names: Sequence[str]) -> None:
    """Give each keypoint type a row, and tags room."""
    low, high = axes.get_xlim()
    wider = max(0, LEAST_SPAN - (high - low)) / 2
    axes.set_xlim(low - wider, high + wider)
    axes.set_yticks(range(len(keypoint_names)), [name.replace('_', ' ') for name in keypoint_names])
    axes.set_ylim(len(keypoint_names) - 0.5, -0.5)
    axes.grid(axis='y', color='0.9', linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis='y', length=0)
    axes.spines[['top', 'right', 'left']].set_visible(False)
