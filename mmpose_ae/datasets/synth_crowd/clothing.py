"""What people wear, and the colors that tell them apart."""

from typing import NamedTuple, Tuple

import numpy as np

Color = Tuple[int, int, int]  # blue, green, red

SKIN = ((190, 205, 240), (140, 170, 222), (95, 130, 190), (60, 85, 135), (45, 60, 95))
HAIR = ((30, 30, 35), (35, 55, 90), (60, 120, 170), (130, 190, 225), (150, 150, 155))


class Clothing(NamedTuple):
    """Colors of a person, and how long sleeves and trousers are."""

    skin: Color
    hair: Color
    shirt: Color
    trousers: Color
    shoes: Color
    long_sleeves: bool
    long_trousers: bool


def sample_clothing(rng: np.random.Generator) -> Clothing:
    """Draw colors that differ from person to person."""
    shirt, trousers, shoes = (tuple(int(c) for c in rng.integers(20, 245, 3)) for _ in range(3))
    return Clothing(
        SKIN[rng.integers(len(SKIN))],
        HAIR[rng.integers(len(HAIR))],
        shirt,
        trousers,
        shoes,
        bool(rng.random() < 0.5),
        bool(rng.random() < 0.7),
    )


def shade(color: Color, factor: float) -> Color:
    """Make a color darker (factor below 1) or lighter."""
    blue, green, red = color
    return (
        min(255, int(blue * factor)),
        min(255, int(green * factor)),
        min(255, int(red * factor)),
    )
