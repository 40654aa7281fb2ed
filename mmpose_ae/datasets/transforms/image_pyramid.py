"""Sizes of an image pyramid whose scales stay aligned."""

from fractions import Fraction
from math import lcm
from typing import Sequence


def pyramid_step(size_factor: int, scales: Sequence[float]) -> int:
    """Step of the base image's sides for which all scales have whole sides.

    Args:
        size_factor (int): The sides of every scale must be multiples of this, in pixels.
        scales (sequence): Scales other than the base, relative to it. Fractions p / q with q up
            to 100, such as 0.5, 0.75 or 2.

    Returns:
        int: A side of the base that is a multiple of this, times any scale, is a multiple of
        ``size_factor``. For 0.5 and 2 it is that of HigherHRNet: ``2 * size_factor``.

    Raises:
        ValueError: If a scale is not positive or not such a fraction.
    """
    ratios = [Fraction(scale).limit_denominator(100) for scale in scales]
    for ratio, scale in zip(ratios, scales):
        if ratio <= 0 or abs(ratio - Fraction(scale)) > 1e-9:
            raise ValueError(f'scale {scale} is not a positive fraction such as 0.5, 0.75 or 2')
    return size_factor * lcm(*(ratio.denominator for ratio in ratios))
