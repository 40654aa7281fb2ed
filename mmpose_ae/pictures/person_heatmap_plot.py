"""Centers of people, and what is seen from each of them."""

import numpy as np
from matplotlib.figure import Figure

from .colors import instance_colors

PANEL = 2.6  # inches


def plot_person_heatmaps(image: np.ndarray, centers: np.ndarray, heatmaps: np.ndarray) -> Figure:
    """Show an image with centers, and beside it the highest heatmap of each center's person.

    All of them are as bright as the highest one allows.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        centers (np.ndarray): Centers (x, y) in pixels of the image, (P, 2), float.
        heatmaps (np.ndarray): Of each center the highest of all keypoints, (P, H, W), float.

    Returns:
        Figure: To be saved with ``savefig``.
    """
    height, width = image.shape[:2]
    size = ((1 + len(centers)) * PANEL, PANEL * height / width + 0.3)
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    panels = figure.subplots(1, 1 + len(centers), squeeze=False)[0]
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    panels[0].imshow(image, extent=extent)
    panels[0].set_title('centers', fontsize=11)
    highest = heatmaps.max(initial=1e-6)
    colors = instance_colors(range(len(centers))) / 255
    for number, (axes, heatmap) in enumerate(zip(panels[1:], heatmaps)):
        axes.imshow(heatmap, cmap='gray', vmin=0, vmax=highest, extent=extent)
        axes.set_title(f'heatmaps of {number + 1}', fontsize=11)
        for shown in (panels[0], axes):
            shown.plot(*centers[number], 'o', color=colors[number], markeredgecolor='white')
    for axes in panels:
        axes.set_xlim(extent[:2])
        axes.set_ylim(extent[2:])
        axes.axis('off')
    return figure
