"""Training targets: Gaussian heatmaps, the cells under which tags are read, instance scales.

They are made of whole batches, on the device where the maps are.
"""

import torch
from torch import Tensor

from mmpose_ae.frame import Grid, Size


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
    batch, _, num_keypoints = visible.shape
    radius = int(3 * sigma) + 1
    cells = cells.double()  # as the releases do; float32 would round what is half a cell off
    nearest, inside = Grid(size, (1.0, 1.0)).nearest(cells)
    image, instance, keypoint = (visible & inside).nonzero(as_tuple=True)
    corner = nearest[image, instance, keypoint]  # (P, 2), of the window in the padded map
    shift = cells[image, instance, keypoint] - corner
    window = torch.arange(2 * radius + 1, device=cells.device)
    offsets = (window - radius)[:, None] - (0 * shift if rounded else shift)[:, None]
    gaussian = torch.exp(-offsets.square() / (2 * sigma**2)).float()  # (P, window, 2)
    patches = gaussian[:, :, None, 1] * gaussian[:, None, :, 0]  # (P, window, window)

    width, height = (side + 2 * radius for side in size)
    first = (image * num_keypoints + keypoint) * height + corner[:, 1]  # row of all maps
    places = (first[:, None, None] + window[:, None]) * width + corner[:, :1, None] + window
    padded = patches.new_zeros(batch * num_keypoints * height * width)
    padded.scatter_reduce_(0, places.flatten(), patches.flatten(), 'amax')
    maps = padded.view(batch, num_keypoints, height, width)
    return maps[..., radius : height - radius, radius : width - radius].contiguous()


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
    grid = Grid(size, (1.0, 1.0))
    nearest, inside = grid.nearest(cells)
    shown = visible & inside
    return torch.stack([grid.flat(nearest) * shown, shown.long()], dim=-1)


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
