"""Many pictures on one page."""

from typing import Sequence

import numpy as np
from matplotlib.figure import Figure

PANEL = 2.6  # inches
GAP, HEADING = 0.04, 0.3


def contact_sheet(
    samples: Sequence[Sequence[np.ndarray]], headings: Sequence[str], columns: int = 2
) -> Figure:
    """Lay out samples in columns, each a row of panels side by side.

    Args:
        samples (sequence): For each sample its panels, RGB images (H, W, 3), uint8.
        headings (sequence): Name of each panel, written above every column.
        columns (int): Samples per row.

    Returns:
        Figure: To be saved with ``savefig``.
    """
    panels = len(headings)
    columns = min(columns, len(samples))
    heights = [_tallest(samples[i : i + columns]) for i in range(0, len(samples), columns)]
    width, height = columns * panels * PANEL, sum(heights) * PANEL + HEADING
    figure = Figure(figsize=(width, height), dpi=120)
    groups = figure.add_gridspec(
        len(heights),
        columns,
        height_ratios=heights,
        left=GAP / width,
        right=1 - GAP / width,
        bottom=GAP / height,
        top=1 - HEADING / height,
        wspace=4 * GAP / PANEL / panels,
        hspace=2 * GAP / PANEL,
    )
    for number, sample in enumerate(samples):
        cells = groups[number].subgridspec(1, panels, wspace=GAP / PANEL)
        for cell, image, heading in zip(cells, sample, headings):
            axes = figure.add_subplot(cell, anchor='N')
            axes.imshow(image)
            axes.axis('off')
            if number < columns:
                axes.set_title(heading, fontsize=11, pad=4)
    return figure


def _tallest(samples: Sequence[Sequence[np.ndarray]]) -> float:
    """Largest ratio of height to width among the samples of one row."""
    return max(image.shape[0] / image.shape[1] for sample in samples for image in sample)
