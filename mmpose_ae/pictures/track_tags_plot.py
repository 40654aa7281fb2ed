"""The tags of people over the frames of a video, which tell whether they are identities."""

from typing import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .colors import instance_colors
from .components import component_label, first_component


def plot_track_tags(
    titles: Sequence[str], tags: Sequence[np.ndarray], seen: Sequence[np.ndarray]
) -> Figure:
    """Plot tag against frame, one line per true person, which is broken where nobody sees them.

    Networks are panels beside each other. Tags of several dimensions are projected on their first
    principal component.

    Args:
        titles (sequence): Names of the networks.
        tags (sequence): Of each network the tags of the people, (T, N, L), float.
        seen (sequence): Of each network which of them it has found, (T, N), bool.

    Returns:
        Figure: To be saved with ``savefig``.
    """
    figure = Figure(figsize=(4.2 * len(titles), 2.8), dpi=100, layout='constrained')
    panels = figure.subplots(1, len(titles), squeeze=False)[0]
    for axes, title, values, found in zip(panels, titles, tags, seen):
        _plot_network(axes, values, found)
        axes.set_title(title, fontsize=10)
    return figure


def _plot_network(axes: Axes, tags: np.ndarray, seen: np.ndarray) -> None:
    colors = instance_colors(range(tags.shape[1])) / 255
    lines = np.where(seen, first_component(tags, seen), np.nan)
    for line, color in zip(lines.T, colors):
        axes.plot(line, color=color, linewidth=1.5, marker='.', markersize=3)
    axes.set_xlabel('frame')
    axes.set_ylabel(component_label(tags.shape[-1]), fontsize=8)
    axes.set_xlim(0, len(tags) - 1)
    axes.spines[['top', 'right']].set_visible(False)
