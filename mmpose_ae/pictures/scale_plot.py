"""Scales of instances: as vectors that regularize tags, and as maps that tags stand for."""

from typing import NamedTuple, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .colors import instance_colors

PANEL = 3.2  # inches
LEARNED = '0.35'
PINK = LinearSegmentedColormap.from_list('pink maps', ['black', '#ff4fa3', 'white'])
YELLOW = LinearSegmentedColormap.from_list('yellow maps', ['black', '#ffd500', '#ffffc8'])


class InstanceScale(NamedTuple):
    """One instance, its scale and what stands for it.

    Attributes:
        bbox (np.ndarray): Box (left, top, right, bottom) in pixels of the image, (4,).
        scale (float): Root of the box area relative to the input.
        vector (np.ndarray): What its tags are turned towards, (L,), of length 1.
        tag (np.ndarray): What the network predicts, the absolute mean tag, (L,), of length 1.
    """

    bbox: np.ndarray
    scale: float
    vector: np.ndarray
    tag: np.ndarray


def plot_scale_maps(
    image: np.ndarray,
    heatmaps: np.ndarray,
    tags: np.ndarray,
    scales: np.ndarray,
    threshold: float = 0.3,
) -> Figure:
    """Show heatmaps, the dimensions of tags and the scale factors that these stand for.

    A cell shows tag and scale factor of the keypoint type that is likeliest there.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        heatmaps (np.ndarray): Heatmaps of the image, (K, H, W), float.
        tags (np.ndarray): Tag maps of the same size, (L * K, H, W), channel ``l * K + k``, float.
        scales (np.ndarray): Scale factors, (K, H, W), float.
        threshold (float): Scale factors of cells below this heatmap value are not shown.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Coupled Embedding (Wang et al. 2022), Figure 3.
    """
    num_keypoints, height, width = heatmaps.shape
    best, highest = heatmaps.argmax(0)[None], heatmaps.max(0)
    levels = np.abs(tags.reshape(-1, num_keypoints, height, width))  # (L, K, H, W)
    levels = np.take_along_axis(levels, best[None], axis=1)[:, 0]
    shown = np.where(highest > threshold, np.take_along_axis(scales, best, axis=0)[0], 0)

    columns = (len(levels) + 1) // 2
    size = (PANEL * (3 + columns / 2), PANEL * height / width + 0.4)
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    grid = figure.add_gridspec(2, 6 + columns)
    extent = (0, width, height, 0)
    _show(figure.add_subplot(grid[:, :2]), image, 'image', extent=extent)
    _show(figure.add_subplot(grid[:, 2:4]), highest, 'highest heatmap', cmap='gray', vmin=0, vmax=1)
    largest = np.where(highest > threshold, levels, 0).max() or 1.0
    for i, level in enumerate(levels):
        panel = figure.add_subplot(grid[i // columns, 4 + i % columns])
        _show(panel, level, f'|tag {i + 1}|', cmap=PINK, vmin=0, vmax=largest)
    panel = figure.add_subplot(grid[:, 4 + columns :])
    drawn = _show(panel, shown, 'scale factor', cmap=YELLOW, vmin=0)
    figure.colorbar(drawn, ax=panel, fraction=0.046, pad=0.02)
    return figure


def plot_scale_vectors(image: np.ndarray, instances: Sequence[InstanceScale]) -> Figure:
    """Show the vectors that stand for the scales of instances, beside the learned ones.

    Args:
        image (np.ndarray): RGB image, (h, w, 3), uint8.
        instances (sequence): Those to show.

    Returns:
        Figure: To be saved with ``savefig``.

    Source: Coupled Embedding (Wang et al. 2022), Figure 4.
    """
    width = PANEL * image.shape[1] / image.shape[0]
    size = (width + PANEL * len(instances), PANEL)
    figure = Figure(figsize=size, dpi=120, layout='constrained')
    ratios = [width, *[PANEL] * len(instances)]
    panels = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    _show(panels[0], image, 'image')
    colors = instance_colors(range(len(instances))) / 255
    for instance, color, bars in zip(instances, colors, panels[1:]):
        left, top, right, bottom = instance.bbox
        box = dict(fill=False, edgecolor=color, linewidth=2)
        panels[0].add_patch(Rectangle((left, top), right - left, bottom - top, **box))
        _draw_vector(bars, instance, color)
    return figure


def _draw_vector(axes: Axes, instance: InstanceScale, color: np.ndarray) -> None:
    """Draw both vectors of an instance as bars, in front of each other."""
    levels = np.arange(1, len(instance.vector) + 1)
    axes.bar(levels, instance.vector, width=0.8, color=color, label='scale')
    axes.bar(levels, instance.tag, width=0.3, color=LEARNED, label='tag')
    axes.set_ylim(0, 1.05)
    axes.set_xticks(levels)
    axes.set_title(f'scale {instance.scale:.2f}', fontsize=10)
    axes.set_xlabel('scale level', fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[['top', 'right']].set_visible(False)


def _show(axes: Axes, values: np.ndarray, title: str, **options) -> object:
    axes.set_title(title, fontsize=9)
    axes.axis('off')
    return axes.imshow(values, **options)
