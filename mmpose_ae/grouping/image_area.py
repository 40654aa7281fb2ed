"""Which cells of a heatmap show the image and which its padding."""

from typing import Tuple

import numpy as np

from .coordinates import cells_to_pixels

Size = Tuple[int, int]


def cells_in_image(
    warp_mat: np.ndarray, image_size: Size, input_size: Size, size: Size, mirrored: bool = False
) -> np.ndarray:
    """Find the cells whose centers come from the image.

    Args:
        warp_mat (np.ndarray): Affine map (2, 3) from pixels of the image to those of the input.
        image_size (tuple): Size (w, h) of the image.
        input_size (tuple): Size (w, h) of the input.
        size (tuple): Heatmap size (W, H).
        mirrored (bool): The input was flipped horizontally after the map.

    Returns:
        np.ndarray: (H, W), bool.
    """
    cells = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), axis=-1)
    pixels = cells_to_pixels(cells, np.divide(input_size, size))
    if mirrored:
        pixels[..., 0] = input_size[0] - 1 - pixels[..., 0]
    on_image = (pixels - warp_mat[:, 2]) @ np.linalg.inv(warp_mat[:, :2]).T
    return ((on_image >= -0.5) & (on_image < np.subtract(image_size, 0.5))).all(-1)
