"""Training targets: Gaussian heatmaps, the cells under which tags are read, instance scales."""

from typing import Tuple

import numpy as np

from .coordinates import nearest_cells


def gaussian_heatmaps(
    cells: np.ndarray, visible: np.ndarray, size: Tuple[int, int], sigma: float, rounded: bool
) -> np.ndarray:
    """Draw one Gaussian per annotated keypoint; where several meet, the maximum counts.

    The window reaches ``3 * sigma + 1`` cells, as in HigherHRNet and pose-ae-train.

    Args:
        cells (np.ndarray): Keypoints (x, y) in heatmap cells, (N, K, 2), float.
        visible (np.ndarray): Annotated keypoints, (N, K), bool. Those that fall outside the
            heatmap are left out.
        size (tuple): Heatmap size (W, H).
        sigma (float): Standard deviation in cells.
        rounded (bool): Centre the Gaussian on the nearest cell instead of the keypoint itself.

    Returns:
        np.ndarray: Heatmaps, (K, H, W), float32, at most 1.
    """
    width, height = size
    radius = int(3 * sigma) + 1
    nearest, inside = nearest_cells(cells, size)
    instance, keypoint = np.nonzero(visible & inside)
    corner = nearest[instance, keypoint]  # (P, 2), also the window's corner in the padded map
    center = np.zeros_like(corner) if rounded else cells[instance, keypoint] - corner
    offsets = np.arange(-radius, radius + 1)[:, None] - center[:, None]  # (P, window, 2)
    gaussian = np.exp(-(offsets**2) / (2 * sigma**2)).astype(np.float32)
    patches = gaussian[:, :, None, 1] * gaussian[:, None, :, 0]  # (P, window, window)

    padded = np.zeros((cells.shape[1], height + 2 * radius, width + 2 * radius), np.float32)
    for k, (x, y), patch in zip(keypoint.tolist(), corner.tolist(), patches):
        window = padded[k, y : y + 2 * radius + 1, x : x + 2 * radius + 1]
        np.maximum(window, patch, out=window)
    return np.ascontiguousarray(padded[:, radius : radius + height, radius : radius + width])


def keypoint_indices(cells: np.ndarray, visible: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """Flatten keypoints to positions in the tag map.

    Args:
        cells (np.ndarray): Keypoints (x, y) in heatmap cells, (N, K, 2), float.
        visible (np.ndarray): Annotated keypoints, (N, K), bool.
        size (tuple): Tag map size (W, H).

    Returns:
        np.ndarray: Row-major index ``y * W + x`` and visibility 0 or 1, (N, K, 2), int64. A
        keypoint outside the map has index 0 and visibility 0.
    """
    nearest, inside = nearest_cells(cells, size)
    shown = visible & inside
    index = nearest[..., 1] * size[0] + nearest[..., 0]
    return np.stack([index * shown, shown], axis=-1).astype(np.int64)


def instance_scales(sides: np.ndarray, input_size: Tuple[int, int]) -> np.ndarray:
    """Measure instances against the input: the root of box area over input area.

    Args:
        sides (np.ndarray): Width and height of the boxes in input pixels, (N, 2), float.
        input_size (tuple): Input size (w, h) in pixels.

    Returns:
        np.ndarray: Scales, (N,), float32; above 1 where the box is larger than the input.

    Source:
        Coupled Embedding (Wang et al. 2022), Section 3.2, as the release computes it: the paper
        divides the area by the side of the (square) input instead.
    """
    return np.sqrt(np.divide(sides, input_size).prod(-1)).astype(np.float32)
