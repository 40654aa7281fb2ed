"""Numbers as trained, untrained and diverged networks give them."""

from typing import Any, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor

Shape = Tuple[int, ...]
FLOAT_TYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def pick(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    """One of several things, of any type."""
    return options[int(rng.integers(len(options)))]


def likely(rng: np.random.Generator, probability: float) -> bool:
    """True so often."""
    return bool(rng.random() < probability)


def any_scores(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Scores from 0: usual ones, equal ones, tiny, huge, or hardly any.

    Sums of them are finite: codecs bound what they read from maps.
    """
    scores = rng.random(shape)
    kind = rng.integers(8)
    if kind == 0:
        scores = np.round(scores, 1)
    elif kind == 1:
        scores = np.full(shape, rng.random())
    elif kind == 2:
        scores = scores * 10.0 ** rng.integers(-44, 30, shape)
    elif kind == 3:
        scores = scores * float(pick(rng, [1e-44, 1e-20, 1e18, 1e30]))
    elif kind == 4:
        scores = np.zeros(shape)
    return scores * (rng.random(shape) < pick(rng, [0.1, 0.7, 1.0]))


def any_tags(rng: np.random.Generator, shape: Shape, finite: bool = False) -> np.ndarray:
    """Tags: of a few people, all alike, a chain, a line, huge, tiny, or not finite."""
    people = rng.normal(size=(*shape[:-1], 1)) > 0
    tags = 3 * people + rng.normal(scale=pick(rng, [0.0, 0.1, 1.0]), size=shape)
    kind = rng.integers(9)
    if kind == 0:
        tags = np.full(shape, float(pick(rng, [0.0, -1.5, 1e30])))
    elif kind == 1:  # each within reach of the next
        steps = np.arange(np.prod(shape[:-1], dtype=int)).reshape(*shape[:-1], 1)
        tags = np.broadcast_to(float(pick(rng, [0.3, 0.7, 1.0, 1.4])) * steps, shape)
    elif kind == 2:
        tags = np.round(tags)
    elif kind == 3:
        tags = tags * 10.0 ** rng.integers(-40, 38)
    elif kind == 4:
        tags = tags + 10.0 ** rng.integers(3, 38)
    elif kind == 5 and not finite:
        return _spoil(rng, tags)
    return np.array(tags)


def any_map(rng: np.random.Generator, shape: Shape, finite: bool = False) -> Tensor:
    """Values of a map, (..., H, W): peaks, plateaus, noise, huge or not finite, of any type."""
    values = rng.normal(scale=pick(rng, [0.01, 0.3, 1.0]), size=shape)
    kind = rng.integers(8)
    if kind == 0:
        values = np.full(shape, float(pick(rng, [0.0, 0.5, 1.0, -1.0])))
    elif kind == 1:
        values = np.round(values, 1)
    elif kind == 2:
        values = values * 10.0 ** rng.integers(-44, 38)
    elif kind == 3 and not finite:
        values = _spoil(rng, values)
    elif kind == 4:
        values = np.maximum(values, 0)
    with np.errstate(over='ignore'):
        return torch.from_numpy(values).to(pick(rng, FLOAT_TYPES))


def _spoil(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    spoilt = rng.random(values.shape) < pick(rng, [0.01, 0.3, 1.0])
    return np.where(spoilt, float(pick(rng, [np.nan, np.inf, -np.inf])), values)
