"""Images with one blob, to follow a point through a warp."""

import numpy as np


def draw_blob(size, point, sigma):
    """Image (H, W, 3), float32, with a Gaussian at pixel index (x, y)."""
    y, x = np.mgrid[: size[1], : size[0]]
    blob = np.exp(-((x - point[0]) ** 2 + (y - point[1]) ** 2) / (2 * sigma**2))
    return np.repeat(blob[..., None], 3, axis=2).astype(np.float32)


def find_blob(image):
    """Centre of mass (x, y) of the first channel, as pixel index."""
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    weights = image[..., 0] / image[..., 0].sum(dtype=np.float64)
    return np.array([(x * weights).sum(), (y * weights).sum()])
