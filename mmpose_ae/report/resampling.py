"""How sure a number is, and a difference between two: from other draws of the same images."""

from typing import NamedTuple

import numpy as np

LEVEL = 0.95  # of intervals


class Interval(NamedTuple):
    """Where a number is with 95 % confidence.

    Attributes:
        low (float): Its lower end.
        high (float): Its upper end.
    """

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 is outside; not of an unknown one."""
        return self.low > 0 or self.high < 0


def draw_images(num_images: int, resamples: int, seed: int = 0) -> np.ndarray:
    """Draw as many images as there are, with replacement.

    Args:
        num_images (int): How many there are, I.
        resamples (int): How often, B.
        seed (int): Of the random numbers.

    Returns:
        np.ndarray: How often each image was drawn, (B, I), int.
    """
    rng = np.random.default_rng(seed)
    return rng.multinomial(num_images, np.full(num_images, 1 / num_images), resamples)


def interval(samples: np.ndarray) -> Interval:
    """Summarize a number, or a difference, of every draw.

    Args:
        samples (np.ndarray): (B,); NaN does not count.

    Returns:
        Interval: By percentiles; NaN where no number counts.
    """
    known = samples[~np.isnan(samples)]
    if not len(known):
        return Interval(np.nan, np.nan)
    return Interval(*np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist())
