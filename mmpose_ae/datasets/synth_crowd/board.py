"""A board that hides a part of a video for some frames: people go on behind it."""

from typing import NamedTuple, Tuple

import cv2
import numpy as np

from .clothing import Color

WIDTH = (0.5, 0.8)  # of the image


class Board(NamedTuple):
    """A board as high as the image.

    Attributes:
        left (int): First column that it hides.
        right (int): The column behind the last one.
        color (tuple): Blue, green, red.
    """

    left: int
    right: int
    color: Color

    def paint(self, image: np.ndarray, *maps: np.ndarray) -> None:
        """Hide what is behind, changing the image (H, W, 3) and maps (H, W), which become 0."""
        bottom = image.shape[0] - 1
        cv2.rectangle(image, (self.left, 0), (self.right - 1, bottom), self.color, -1)
        for values in maps:
            values[:, self.left : self.right] = 0


def sample_board(size: Tuple[int, int], rng: np.random.Generator) -> Board:
    """Draw where a board stands in images of a size (w, h)."""
    width = round(rng.uniform(*WIDTH) * size[0])
    left = int(rng.integers(0, size[0] - width + 1))
    return Board(left, left + width, tuple(int(c) for c in rng.integers(40, 216, 3)))
