"""Training targets: Gaussian heatmaps, the cells under which tags are read, instance scales.

They are made of whole batches, on the device where the maps are.
"""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.frame import Size, flat_index, round_cells


def place_keypoints(cells: Tensor, visible: Tensor, size: Size) -> Tuple[Tensor, Tensor]:
    """Round keypoints to cells and find those that are targets.

    Args:
        cells (Tensor): Keypoints (x, y) in cells of a map, (..., K, 2), float.
        visible (Tensor): Annotated keypoints, (..., K), bool.
        size (tuple): Size (W, H) of the map.

    Returns:
        tuple: Nearest cells (x, y), (..., K, 2), float64, any values, and which keypoints are
        annotated and on the map, (..., K), bool.
    """
    nearest = round_cells(cells)
    inside = (nearest >= 0) & (nearest < nearest.new_tensor(size))
    return nearest, visible & inside.all(-1)


def gaussian_heatmaps(
    cells: Tensor, visible: Tensor, size: Size, sigma: float, rounded: bool
) -> Tensor:
    """Draw one Gaussian per annotated keypoint; where several meet, the maximum counts.

    The window reaches ``3 * sigma + 1`` cells, as in HigherHRNet and pose-ae-train.

    Args:
        cells (Tensor): Keypoints (x, y) in heatmap cells, (B, N, K, 2), float.
        visible (Tensor): Annotated keypoints, (B, N, K), bool. Those that fall outside the
            heatmap are left out.
        size (tuple): Heatmap size (W, H).
        sigma (float): Standard deviation in cells.
        rounded (bool): Center the Gaussian on the nearest cell instead of the keypoint itself.

    Returns:
        Tensor: Heatmaps, (B, K, H, W), float32, at most 1.
    """
    return draw_placed(cells, *place_keypoints(cells, visible, size), size, sigma, rounded)


def draw_placed(
    cells: Tensor, nearest: Tensor, shown: Tensor, size: Size, sigma: float, rounded: bool
) -> Tensor:
    """Draw heatmaps as :func:`gaussian_heatmaps` of what :func:`place_keypoints` gives."""
    (batch, _, num_keypoints), (width, height) = shown.shape, size
    radius = int(3 * sigma) + 1
    image, instance, keypoint = shown.nonzero(as_tuple=True)
    centers = nearest[image, instance, keypoint].unsqueeze(1)  # (P, 1, 2)
    window = centers + torch.arange(-radius, radius + 1, device=cells.device).unsqueeze(1)
    points = centers if rounded else cells[image, instance, keypoint].unsqueeze(1)
    # What is beyond the border is 0 and changes no maximum: it may fall on any cell.
    kept = window.clamp(min=0).minimum(window.new_tensor([width - 1, height - 1]))
    gaussian = torch.exp((window - points).square() / (-2 * sigma**2)) * (kept == window)
    x_part, y_part = gaussian.float().unbind(-1)  # (P, window)
    patches = y_part.unsqueeze(2) * x_part.unsqueeze(1)

    x, y = kept.long().unbind(-1)
    rows = (image * num_keypoints + keypoint).unsqueeze(1) * height + y  # of all maps
    places = (rows * width).unsqueeze(2) + x.unsqueeze(1)
    maps = patches.new_zeros(batch, num_keypoints, height, width)
    maps.view(-1).scatter_reduce_(0, places.view(-1), patches.view(-1), 'amax')
    return maps


def keypoint_indices(cells: Tensor, visible: Tensor, size: Size) -> Tensor:
    """Flatten keypoints to positions in the tag map.

    Args:
        cells (Tensor): Keypoints (x, y) in cells of the map, (..., K, 2), float.
        visible (Tensor): Annotated keypoints, (..., K), bool.
        size (tuple): Tag map size (W, H).

    Returns:
        Tensor: Row-major index ``y * W + x`` and visibility 0 or 1, (..., K, 2), int64. A
        keypoint outside the map has index 0 and visibility 0.
    """
    return index_placed(*place_keypoints(cells, visible, size), size)


def index_placed(nearest: Tensor, shown: Tensor, size: Size) -> Tensor:
    """Flatten keypoints as :func:`keypoint_indices` of what :func:`place_keypoints` gives."""
    index = torch.where(shown, flat_index(nearest, size[0]), 0.0)
    return torch.stack([index, shown], dim=-1).long()


def instance_scales(sides: Tensor, input_size: Size) -> Tensor:
    """Measure instances against the input: the root of box area over input area.

    Args:
        sides (Tensor): Width and height of the boxes in input pixels, (..., 2), float.
        input_size (tuple): Input size (w, h) in pixels.

    Returns:
        Tensor: Scales, (...), float32; above 1 where the box is larger than the input.

    Source:
        Coupled Embedding (Wang et al. 2022), Section 3.2, as the release computes it: the paper
        divides the area by the side of the (square) input instead.
    """
    width, height = input_size
    return ((sides[..., 0] / width) * (sides[..., 1] / height)).sqrt().float()
