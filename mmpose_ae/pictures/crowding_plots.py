"""What tags are worth on a whole dataset: how they use their dimensions, and their margins."""

from typing import Dict, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANEL = (3.6, 2.8)  # inches
BINS = np.linspace(0, 1, 21)


def plot_correlations(correlations: Mapping[str, np.ndarray]) -> Figure:
    """Draw a histogram of the correlation of tag dimensions for each network.

    Args:
        correlations (mapping): By name of the network, one mean absolute coefficient per image,
            float; none where there is nothing to correlate.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Coupled Embedding (Wang et al. 2022), Figure 2.
    """
    size = (PANEL[0] * len(correlations), PANEL[1])
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    panels = figure.subplots(1, len(correlations), sharey=True, squeeze=False)[0]
    for axes, (name, values) in zip(panels, correlations.items()):
        found = f'mean {np.mean(values):.2f}' if len(values) else 'nothing to correlate'
        axes.hist(values, BINS, color='0.4')
        axes.set_title(f'{name}: {found}', fontsize=10)
        axes.set_xlim(0, 1)
        axes.set_ylim(bottom=0)
        axes.set_xlabel('correlation of tag dimensions')
        axes.spines[['top', 'right']].set_visible(False)
    panels[0].set_ylabel('images')
    return figure


def plot_margins(
    by_occlusion: Mapping[str, Dict[int, float]],
    by_number: Mapping[str, Dict[int, float]],
    num_degrees: int = 10,
) -> Figure:
    """Draw mean group margins of networks by occlusion degree and by number of people.

    Args:
        by_occlusion (mapping): By name of the network, mean margins by interval of the crowd
            index, counted from 0.
        by_number (mapping): By name of the network, mean margins by number of people.
        num_degrees (int): Number of intervals of the crowd index.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Coupled Embedding (Wang et al. 2022), Figure 5.
    """
    figure = Figure(figsize=(2 * PANEL[0], PANEL[1]), dpi=120, layout='constrained')
    left, right = figure.subplots(1, 2, sharey=True)
    for name, means in by_occlusion.items():
        centers = [(degree + 0.5) / num_degrees for degree in means]
        left.plot(centers, means.values(), marker='o', label=name)
    for means in by_number.values():
        right.plot(means.keys(), means.values(), marker='o')
    _label(left, 'crowd index')
    _label(right, 'number of people')
    left.set_ylabel('group margin')
    left.legend(fontsize=8)
    return figure


def _label(axes: Axes, name: str) -> None:
    axes.axhline(0, color='black', linestyle=':', linewidth=1)
    axes.set_xlabel(name)
    axes.spines[['top', 'right']].set_visible(False)
