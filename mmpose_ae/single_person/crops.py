"""Cutting people out of an image as pose-ae-demo does."""

import numpy as np
import torch
import torch.nn.functional as F


def cut_square(image: np.ndarray, center: np.ndarray, side: float, size: int) -> np.ndarray:
    """Cut a square out and resize it.

    Its corners are cut to whole pixels, towards 0, so that the crop may be off by up to one of
    them. Resizing is bilinear, and smooths where it makes smaller, as Pillow does.

    Args:
        image (np.ndarray): (H, W, 3), uint8.
        center (np.ndarray): (x, y) in pixels of the image, (2,).
        side (float): Of the square, in pixels of the image.
        size (int): Side of the result, in pixels.

    Returns:
        np.ndarray: (size, size, 3), uint8; black outside the image.
    """
    low, high = (np.trunc(center + sign * side / 2).astype(int) for sign in (-1, 1))
    inside = np.clip([low, high], 0, image.shape[1::-1])  # [left, top], [right, bottom]
    square = np.zeros((*np.maximum(high - low, 1)[::-1], 3), np.uint8)
    (left, top), (right, bottom) = inside - low
    (x0, y0), (x1, y1) = inside
    square[top:bottom, left:right] = image[y0:y1, x0:x1]
    pixels = torch.from_numpy(square).permute(2, 0, 1)[None].float()
    resized = F.interpolate(pixels, (size, size), mode='bilinear', antialias=True)
    return resized[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
