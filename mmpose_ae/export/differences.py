"""How far the outputs of a file are from those of its network, some of which rounding decides."""

from typing import Dict, Iterator, List, Tuple

import numpy as np

Arrays = Dict[str, np.ndarray]
Names = Tuple[str, ...]
ROWS = 'center_mask'  # tells which rows of the outputs beside it are centers


def differences(looks: List[Arrays], found: Arrays) -> Iterator[Tuple[Names, float]]:
    """How much the outputs of a file differ from those of the network, each for itself.

    Args:
        looks (list[dict]): Of the network, at as good as the same pictures; the first at those that
            the file is given.
        found (dict): Of the file.

    Yields:
        tuple: Names of an output, or of those that tell one thing together, and the largest
        difference; infinite where shapes differ or the file lacks an output. Candidates and centers
        may be in any order, and elsewhere, or missing, as far as they are from look to look.
    """
    expected = looks[0]
    for name in expected:
        if name not in found or expected[name].shape != found[name].shape:
            yield (name,), np.inf
            return
    listed, sides = dict(_rows(expected)), [dict(_rows(side)) for side in (*looks, found)]
    for name in expected.keys() - {name for names in listed for name in names}:
        yield (name,), float(np.abs(expected[name] - found[name]).max(initial=0))
    for names in listed:
        images = zip(*(zip(*side[names]) for side in sides))
        kept = ([rows[scores > 0] for scores, rows in image] for image in images)
        yield names, max(_excess(own, theirs) for *own, theirs in kept)


def _rows(outputs: Arrays) -> Iterator[Tuple[Names, Tuple[np.ndarray, np.ndarray]]]:
    """Outputs that list something: their names, scores (G, M), 0 for padding, rows (G, M, D)."""
    if 'candidates' in outputs:
        rows = np.concatenate(outputs['candidates'])  # (B * K, M, 3 + L)
        yield ('candidates',), (rows[..., 0], rows)
    if ROWS in outputs:
        shape = outputs[ROWS].shape
        listed = {n: v for n, v in outputs.items() if v.shape[:2] == shape and n != 'candidates'}
        scores = next(v for n, v in listed.items() if v.shape == shape and n != ROWS)
        rows = [values.reshape(*shape, -1).astype(np.float32) for values in listed.values()]
        yield tuple(listed), (outputs[ROWS] * scores, np.concatenate(rows, -1))


def _excess(looks: List[np.ndarray], found: np.ndarray) -> float:
    """How much farther rows (R, D) of a file are from those of looks than these from each other."""
    known = np.concatenate(looks)
    spread = np.max([_apart(known, look) for look in looks], axis=0)
    lost = _beyond(_apart(looks[0], found), spread[: len(looks[0])])
    if not len(found) or not len(known):
        return max(lost, np.inf if len(found) else 0)
    nearest = _nearest(found, known)
    return max(lost, _beyond(np.abs(found - known[nearest]), spread[nearest]))


def _apart(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Difference of each row from the nearest other one, (R, D); infinite where there is none."""
    if not len(others):
        return np.full_like(rows, np.inf)
    return np.abs(rows - others[_nearest(rows, others)])


def _nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.abs(rows[:, None] - others).mean(-1).argmin(1)


def _beyond(apart: np.ndarray, spread: np.ndarray) -> float:
    """By how much differences are larger than what may be, at most."""
    zero = np.zeros_like(apart)
    return float(np.subtract(apart, spread, out=zero, where=apart > spread).max(initial=0))
