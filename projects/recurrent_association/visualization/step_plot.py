"""What is predicted step by step, and whom each step was matched to."""

from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

PANEL = 1.9  # inches
UNMATCHED = -1


class StepsOfImage(NamedTuple):
    """The steps of one image, the one that stopped included.

    Attributes:
        heatmaps (np.ndarray): Of the instance of each step, (P, K, h, w), float.
        probabilities (np.ndarray): Of being an instance, (P,), float.
        targets (np.ndarray): Of the annotated instance that a step is matched to, as
            ``heatmaps``; zeros if there is none.
        matches (np.ndarray): Number of that instance from 0, (P,), int; -1 for none.
    """

    heatmaps: np.ndarray
    probabilities: np.ndarray
    targets: np.ndarray
    matches: np.ndarray


def plot_steps(image: np.ndarray, steps: StepsOfImage) -> Figure:
    """Show the heatmaps of every step on the image, above those of the annotated instance.

    Of the maps of an instance the highest value over keypoints is shown; above is the stop
    probability p, below the number s of the annotated instance.

    Args:
        image (np.ndarray): The network's input, RGB, (H, W, 3), uint8.
        steps (StepsOfImage): Of that image.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Figure 1 of the paper.
    """
    columns = 1 + len(steps.heatmaps)
    height = PANEL * image.shape[0] / image.shape[1] + 0.25
    figure = Figure(figsize=(columns * PANEL, 2 * height), dpi=120, layout='constrained')
    predicted, annotated = figure.subplots(2, columns)
    _show(predicted[0], image, 'predicted', steps.heatmaps.max(0))
    _show(annotated[0], image, 'annotated', steps.targets.max(0))
    for axes, maps, probability in zip(predicted[1:], steps.heatmaps, steps.probabilities):
        _show(axes, image, f'p = {probability:.2f}', maps)
    for axes, maps, match in zip(annotated[1:], steps.targets, steps.matches):
        _show(axes, image, '-' if match == UNMATCHED else f's = {match + 1}', maps)
    return figure


def _show(axes: Axes, image: np.ndarray, title: str, heatmaps: np.ndarray) -> None:
    """Lay the highest of heatmaps (K, h, w) over a pale image."""
    highest = heatmaps.max(0).clip(0, 1)
    extent = (0, image.shape[1], image.shape[0], 0)
    axes.imshow(image.mean(-1), cmap='gray', vmin=-100, vmax=400, extent=extent)
    colors = colormaps['inferno'](highest)
    colors[..., 3] = highest
    axes.imshow(colors, extent=extent, interpolation='bilinear')
    axes.set_title(title, fontsize=10)
    axes.axis('off')
