"""How far the outputs of a file are from those of its network, some of which rounding decides."""

from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

Arrays = Dict[str, np.ndarray]
ROWS = 'center_mask'  # tells which rows of the outputs beside it are centers
# Columns of candidates, which are numbers of several kinds
COLUMNS = dict(scores=slice(0, 1), positions=slice(1, 3), tags=slice(3, None))


class Apart(NamedTuple):
    """How far numbers of one kind are from those of the network.

    Attributes:
        name (str): An output, or columns of one.
        beyond (float): The largest difference beyond those from look to look.
        whole (float): The largest difference.
        largest (float): The network's largest value.
    """

    name: str
    beyond: float
    whole: float
    largest: float


class _Listed(NamedTuple):
    """Outputs that list something, beside each other.

    Attributes:
        names (tuple): Of the outputs.
        scores (np.ndarray): (G, M), 0 for padding.
        parts (dict): Numbers of each kind, (G, M, d).
    """

    names: Tuple[str, ...]
    scores: np.ndarray
    parts: Arrays

    @property
    def rows(self) -> List[np.ndarray]:
        """What is listed, G arrays (R, D)."""
        rows = np.concatenate(list(self.parts.values()), -1)
        return [own[scores > 0] for scores, own in zip(self.scores, rows)]


def differences(looks: List[Arrays], found: Arrays) -> Iterator[Apart]:
    """How much the outputs of a file differ from those of the network, numbers of a kind by itself.

    Args:
        looks (list[dict]): Of the network, at as good as the same pictures; the first at those that
            the file is given.
        found (dict): Of the file.

    Yields:
        Apart: Infinite where shapes differ or the file lacks an output. Candidates and centers
        may be in any order, and elsewhere, or missing, as far as they are from look to look.
    """
    expected = looks[0]
    for name in expected:
        if name not in found or expected[name].shape != found[name].shape:
            yield Apart(name, np.inf, np.inf, 0.0)
            return
    sides = list(zip(*(_lists(side) for side in (*looks, found))))
    for name in expected.keys() - {name for side in sides for name in side[0].names}:
        apart = float(np.abs(expected[name] - found[name]).max(initial=0))
        yield Apart(name, apart, apart, float(np.abs(expected[name]).max(initial=0)))
    for side in sides:
        yield from _compare(side)


def _lists(outputs: Arrays) -> List[_Listed]:
    """Outputs that list candidates, and those that list centers."""
    lists = []
    if 'candidates' in outputs:
        rows = np.concatenate(outputs['candidates'])  # (B * K, M, 3 + L)
        parts = {f'candidates ({kind})': rows[..., own] for kind, own in COLUMNS.items()}
        lists.append(_Listed(('candidates',), rows[..., 0], parts))
    if ROWS in outputs:
        shape = outputs[ROWS].shape
        listed = {n: v for n, v in outputs.items() if v.shape[:2] == shape and n != 'candidates'}
        scores = next(v for n, v in listed.items() if v.shape == shape and n != ROWS)
        parts = {n: v.reshape(*shape, -1).astype(np.float32) for n, v in listed.items()}
        lists.append(_Listed(tuple(listed), outputs[ROWS] * scores, parts))
    return lists


def _compare(sides: Sequence[_Listed]) -> Iterator[Apart]:
    """Rows of the file, the last side, with those of looks; said of each part."""
    images = list(zip(*(side.rows for side in sides)))
    beyond = np.max([_excess(own, theirs) for *own, theirs in images], axis=0)
    whole = np.max([_excess([own], theirs) for own, *_, theirs in images], axis=0)
    largest = np.abs(np.concatenate([own for own, *_ in images])).max(0, initial=0)
    start = 0
    for name, part in sides[0].parts.items():
        own = slice(start, start + part.shape[-1])
        start = own.stop
        if part.shape[-1]:
            yield Apart(name, *(float(each[own].max()) for each in (beyond, whole, largest)))


def _excess(looks: List[np.ndarray], found: np.ndarray) -> np.ndarray:
    """How much farther rows (R, D) of a file are from those of looks than these from each other.

    Returns:
        np.ndarray: Of each column, (D,).
    """
    known = np.concatenate(looks)
    spread = np.max([_apart(known, look) for look in looks], axis=0)
    lost = _beyond(_apart(looks[0], found), spread[: len(looks[0])])
    if not len(found) or not len(known):
        return np.maximum(lost, np.inf if len(found) else 0)
    nearest = _nearest(found, known)
    return np.maximum(lost, _beyond(np.abs(found - known[nearest]), spread[nearest]))


def _apart(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Difference of each row from the nearest other one, (R, D); infinite where there is none."""
    if not len(others):
        return np.full_like(rows, np.inf)
    return np.abs(rows - others[_nearest(rows, others)])


def _nearest(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.abs(rows[:, None] - others).mean(-1).argmin(1)


def _beyond(apart: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """By how much differences (R, D) are larger than what may be, at most, (D,); NaN stays."""
    zero = np.zeros_like(apart)
    return np.subtract(apart, spread, out=zero, where=~(apart <= spread)).max(0, initial=0)
