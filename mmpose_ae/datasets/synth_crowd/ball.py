"""A ball: a second category, with a mask and without keypoints."""

from typing import NamedTuple, Tuple

import numpy as np

from .clothing import Color, shade
from .figure import IDS_PER_PERSON
from .strokes import Stroke, mark_stroke, paint_strokes


class Ball(NamedTuple):
    """A ball with a place in the image.

    Attributes:
        color (tuple): Blue, green, red.
        diameter (int): In pixels.
        center (tuple): (x, y) in pixels.
        tilt (float): Direction of the stripe, in radians.
    """

    color: Color
    diameter: int
    center: Tuple[int, int]
    tilt: float

    @property
    def bottom(self) -> float:
        """The lowest row that it reaches, in pixels."""
        return self.center[1] + self.diameter / 2

    def paint(self, image: np.ndarray, identities: np.ndarray, number: int) -> None:
        """Paint the ball over what is there, as :meth:`Figure.paint` does a person."""
        body, side = self._body(), np.array([np.cos(self.tilt), np.sin(self.tilt)])
        ends = np.rint(self.center + 0.3 * self.diameter * side[None] * [[-1], [1]]).astype(int)
        stripe = Stroke('ball', tuple(map(tuple, ends.tolist())), self.diameter // 6 or 1,
                        shade(self.color, 0.5))  # fmt: skip
        paint_strokes(image, [body, stripe])
        mark_stroke(identities, body, number * IDS_PER_PERSON)

    def silhouette(self, size: Tuple[int, int]) -> np.ndarray:
        """Where the ball would be seen alone, (H, W), uint8, 0 or 1, for a size (w, h)."""
        mask = np.zeros(size[::-1], np.uint8)
        mark_stroke(mask, self._body(), 1)
        return mask

    def _body(self) -> Stroke:
        return Stroke('ball', (self.center,), self.diameter, self.color, 2)


def sample_balls(most: int, size: Tuple[int, int], rng: np.random.Generator) -> list:
    """Draw balls of any color, between a twelfth and a sixth of the image's shorter side.

    Args:
        most (int): How many there are at most.
        size (tuple): Width and height of the image.
        rng (np.random.Generator): Source of randomness.

    Returns:
        list[Ball]: In no order.
    """
    balls = []
    for _ in range(rng.integers(0, most + 1)):
        color = tuple(int(c) for c in rng.integers(60, 240, 3))
        center = tuple(np.rint(rng.uniform((0.05, 0.3), (0.95, 0.95)) * size).astype(int).tolist())
        diameter = int(rng.uniform(0.08, 0.17) * min(size))
        balls.append(Ball(color, diameter, center, rng.uniform(0, np.pi)))
    return balls
