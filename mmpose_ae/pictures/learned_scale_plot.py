"""Where targets become wider and where narrower, by a scale that a network has learned."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

PANEL = 3.2  # inches
COLORS = colormaps['coolwarm'].with_extremes(bad='black')


def plot_learned_scales(
    image: np.ndarray, heatmaps: np.ndarray, scales: np.ndarray, threshold: float = 0.3
) -> Figure:
    """Show an image, its heatmaps, and by how much their targets change in width.

    A Gaussian to the power ``1 + s`` is ``(1 + s) ** -0.5`` times as wide. A cell shows what is
    said of the keypoint type that is likeliest there.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        heatmaps (np.ndarray): Heatmaps of the image, (K, H, W), float.
        scales (np.ndarray): The ``s`` of every cell, above -1, (K, H, W), float.
        threshold (float): Cells below this heatmap value are left black.

    Returns:
        Figure: To be saved with ``savefig``.
    """
    highest = heatmaps.max(0)
    own = np.take_along_axis(scales, heatmaps.argmax(0)[None], axis=0)[0]  # (H, W)
    change = np.where(highest > threshold, 100 * ((1 + own) ** -0.5 - 1), np.nan)
    largest = np.abs(change[highest > threshold]).max(initial=1e-6)

    height = PANEL * image.shape[0] / image.shape[1]
    figure = Figure(figsize=(3 * PANEL + 0.6, height + 0.3), dpi=120, layout='constrained')
    panels = figure.subplots(1, 3)
    extent = (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
    panels[0].imshow(image, extent=extent)
    panels[1].imshow(highest, cmap='gray', vmin=0, vmax=1, extent=extent)
    shown = panels[2].imshow(change, cmap=COLORS, vmin=-largest, vmax=largest, extent=extent)
    titles = ('input', 'highest heatmap', 'change of the width of targets, %')
    for axes, title in zip(panels, titles):
        axes.set_title(title, fontsize=11)
        axes.axis('off')
    figure.colorbar(shown, ax=panels[2], fraction=0.046 * height / PANEL, pad=0.02)
    return figure
