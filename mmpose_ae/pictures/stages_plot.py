"""One image on its way from the input to people, in four panels."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from .components import first_component

PANEL = 3.2  # inches
FAINT = 0.35  # opacity of the input behind candidates


class StagesOfImage(NamedTuple):
    """What is drawn, in pixels of the network's input.

    Attributes:
        image (np.ndarray): The input, RGB, (h, w, 3), uint8.
        heatmap (np.ndarray): The highest heatmap at every cell, (H, W), float.
        points (np.ndarray): Candidates of all keypoint types, (P, 2).
        scores (np.ndarray): Their scores, (P,).
        tags (np.ndarray): Their tags, (P, L).
        people (np.ndarray): Skeletons drawn on the input, RGB, (h', w', 3), uint8.
    """

    image: np.ndarray
    heatmap: np.ndarray
    points: np.ndarray
    scores: np.ndarray
    tags: np.ndarray
    people: np.ndarray


def plot_stages(stages: StagesOfImage) -> Figure:
    """Draw input, heatmaps, candidates and people side by side.

    Tags of several dimensions are colored by their first principal component.

    Args:
        stages (StagesOfImage): Of one image.

    Returns:
        Figure: To be saved with ``savefig``.
    """
    height, width = stages.image.shape[:2]
    size = (4 * PANEL, PANEL * height / width + 0.3)
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    panels = figure.subplots(1, 4)
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    titles = ('input', 'highest heatmap', 'candidates, colored by their tags', 'people')
    panels[0].imshow(stages.image, extent=extent)
    panels[1].imshow(stages.heatmap, cmap='gray', vmin=0, vmax=1, extent=extent)
    panels[2].imshow(stages.image, extent=extent, alpha=FAINT)
    if len(stages.points):
        colors = first_component(stages.tags, np.ones(len(stages.points), bool))
        areas = 10 + 40 * np.clip(stages.scores, 0, 1)
        marks = dict(cmap='turbo', edgecolors='black', linewidths=0.4)
        panels[2].scatter(*stages.points.T, s=areas, c=colors, **marks)
    panels[3].imshow(stages.people, extent=extent)
    for axes, title in zip(panels, titles):
        axes.set_title(title, fontsize=11)
        axes.set_xlim(extent[:2])
        axes.set_ylim(extent[2:])
        axes.axis('off')
    return figure
