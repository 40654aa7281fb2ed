"""The dense maps of a network: where it sees keypoints, and whose they are."""

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from .components import component_label, first_component


def plot_maps(
    image: np.ndarray, heatmaps: np.ndarray, tags: np.ndarray, threshold: float = 0.3
) -> Figure:
    """Show an image, its heatmaps and the tags where the heatmaps are high.

    A cell shows the tag of the keypoint type that is likeliest there, so that an instance is of
    one color and instances differ.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        heatmaps (np.ndarray): Heatmaps of the image, (K, H, W), float.
        tags (np.ndarray): Tag maps of the same size, (L * K, H, W), channel ``l * K + k``, float.
        threshold (float): Tags of cells below this heatmap value are not shown.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Newell et al. 2017 (arXiv:1611.05424), Figures 2 and 5.
    """
    num_keypoints, height, width = heatmaps.shape
    highest = heatmaps.max(0)
    tags = tags.reshape(-1, num_keypoints, height, width)  # (L, K, H, W)
    best = np.take_along_axis(tags, heatmaps.argmax(0)[None, None], axis=1)[:, 0]
    high = highest > threshold
    values = first_component(np.moveaxis(best, 0, -1), high)  # (H, W)

    size = 3.2 * image.shape[0] / image.shape[1]
    figure = Figure(figsize=(3 * 3.2 + 0.6, size + 0.3), dpi=120, layout='constrained')
    panels = figure.subplots(1, 3)
    titles = ('image', 'highest heatmap', component_label(len(tags)))
    tag_colors = colormaps['turbo'].with_extremes(bad='black')
    extent = (0, width, height, 0)
    panels[0].imshow(image, extent=extent)
    panels[1].imshow(highest, cmap='gray', vmin=0, vmax=1, extent=extent)
    shown = panels[2].imshow(np.where(high, values, np.nan), cmap=tag_colors, extent=extent)
    for axes, title in zip(panels, titles):
        axes.set_title(title, fontsize=11)
        axes.axis('off')
    figure.colorbar(shown, ax=panels[2], fraction=0.046 * size / 3.2, pad=0.02)
    return figure
