"""Textured backgrounds and things that look like people but are not annotated."""

from functools import lru_cache

import cv2
import numpy as np

from mmpose_ae.frame import Size


@lru_cache(maxsize=4)
def _grain(size: Size) -> np.ndarray:
    """Fine noise, drawn once: it is the same texture, moved, in every image."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 22, (2 * size[1], 2 * size[0], 3), dtype=np.uint8)


def paint_background(size: Size, rng: np.random.Generator) -> np.ndarray:
    """Paint soft tones, a floor, a few boxes and grain.

    Args:
        size (tuple): Width and height in pixels.
        rng (np.random.Generator): Source of randomness.

    Returns:
        np.ndarray: Image, (H, W, 3), uint8.
    """
    width, height = size
    cells = int(rng.integers(2, 7))
    tones = rng.uniform(50, 200, (cells, cells, 1)) + rng.uniform(-35, 35, (cells, cells, 3))
    blotches = np.clip(tones, 0, 230).astype(np.uint8)
    image = cv2.resize(blotches, size, interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.6:
        horizon = int(rng.uniform(0.4, 0.85) * height)
        floor = np.array(rng.integers(30, 200, 3), np.uint8)
        mixed = np.arange(256, dtype=np.uint8)[None, :, None] // 3 + floor // 3 * 2  # of any tone
        image[horizon:] = cv2.LUT(image[horizon:], mixed)
    for _ in range(rng.integers(0, 6)):
        low = rng.integers(0, (width, height))
        high = low + rng.integers(size[0] // 20 + 1, size[0] // 3 + 2, 2)
        color = tuple(int(c) for c in rng.integers(20, 235, 3))
        thickness = -1 if rng.random() < 0.6 else int(rng.integers(1, 5))
        cv2.rectangle(image, low.tolist(), high.tolist(), color, thickness)
    x, y = rng.integers(0, (width, height))
    return cv2.add(image, _grain(size)[y : y + height, x : x + width])


def paint_loose_limbs(image: np.ndarray, count: int, rng: np.random.Generator) -> None:
    """Paint sticks in the colors of skin and clothes, changing the image."""
    height, width = image.shape[:2]
    for _ in range(count):
        start = rng.uniform(0, (width, height))
        end = start + rng.normal(0, 0.12 * width, 2)
        color = tuple(int(c) for c in rng.integers(40, 235, 3))
        thickness = max(2, int(rng.uniform(0.012, 0.035) * width))
        a, b = np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist()
        cv2.line(image, a, b, tuple(c // 2 for c in color), thickness + 2, cv2.LINE_AA)
        cv2.line(image, a, b, color, thickness, cv2.LINE_AA)
