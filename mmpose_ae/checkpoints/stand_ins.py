"""What stands for the types of numpy and MMEngine while a checkpoint is unpickled.

``torch.load(weights_only=True)`` calls the types on its list with whatever arguments a file gives
them, and numpy's ``ndarray`` and ``dtype``, so called, take the bytes of a file for addresses. The
stand-ins go by their names, take the arguments that numpy writes for numbers, and refuse others.
"""

import math
import re
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any, Iterator, Optional

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

NUMBER = re.compile(r'[biufc]\d{1,2}')  # names of dtypes: booleans, integers, real, complex
BYTE_ORDERS = ('<', '>', '=', '|')
PLAIN = (None, None, None, -1, -1, 0)  # no subarray, no fields, sizes of its own, no flags


def _require(condition: bool, expected: str) -> None:
    if not condition:
        raise UnpicklingError(f'a checkpoint may hold {expected}')


class StoredDtype:
    """Stands for ``numpy.dtype``: a type of numbers."""

    def __init__(self, name: str, align: bool, copy: bool) -> None:
        is_number = isinstance(name, str) and NUMBER.fullmatch(name) is not None
        _require(is_number, f'arrays of numbers, but not of {name!r}')
        self.dtype = np.dtype(name)

    def __setstate__(self, state: tuple) -> None:
        _require(isinstance(state, tuple) and len(state) == 8, 'plain types of numbers alone')
        version, order, *rest = state
        is_plain = version == 3 and order in BYTE_ORDERS and tuple(rest) == PLAIN
        _require(is_plain, 'plain types of numbers alone')
        self.dtype = self.dtype.newbyteorder(order)


class StoredArray:
    """Stands for ``numpy.ndarray``: an array of numbers, None before its content was read."""

    __hash__ = None  # neither a key nor in a set, where it could not be replaced
    array: Optional[np.ndarray] = None

    def __setstate__(self, state: tuple) -> None:
        _require(isinstance(state, tuple) and len(state) == 5, 'arrays as numpy writes them alone')
        _, shape, dtype, by_column, content = state
        self.array = _numbers(shape, dtype, content, order='F' if by_column is True else 'C')


def _numbers(shape: tuple, dtype: StoredDtype, content: bytes, order: str = 'C') -> np.ndarray:
    """Copy numbers out of the bytes of a file, whose length must be that of the array."""
    is_shape = isinstance(shape, tuple) and all(type(size) is int and size >= 0 for size in shape)
    typed = isinstance(dtype, StoredDtype) and isinstance(content, bytes)
    _require(is_shape and typed, 'arrays of numbers alone')
    expected = math.prod(shape) * dtype.dtype.itemsize
    _require(expected == len(content), f'{expected} bytes for this array, but not {len(content)}')
    return np.ndarray(shape, dtype.dtype, content, order=order).copy(order='K')


class StoredHistory:
    """Stands for MMEngine's ``HistoryBuffer``: what was logged, and over how many samples each."""

    __hash__ = None

    def __setstate__(self, state: dict) -> None:
        _require(isinstance(state, dict), 'histories as MMEngine writes them alone')
        arrays = [state.get(name) for name in ('_log_history', '_count_history')]
        is_whole = all(isinstance(stored, StoredArray) for stored in arrays)
        _require(is_whole, 'histories of arrays alone')
        self.values, self.counts = (_content(stored) for stored in arrays)
        self.max_length = state.get('max_length')
        same_length = self.values.shape == self.counts.shape == (self.values.size,)
        _require(same_length, 'histories with a count for each value alone')
        positive = type(self.max_length) is int and self.max_length > 0
        _require(positive, 'histories of a positive length alone')


def _reconstruct(kind: type, shape: tuple, letter: bytes) -> StoredArray:
    """Stands for numpy's function of this name: it makes the empty array that is filled later."""
    _require(kind is StoredArray, f'plain arrays, but not {kind!r}')
    return StoredArray()


def _scalar(dtype: StoredDtype, content: bytes) -> np.generic:
    """Stands for numpy's ``scalar``."""
    return _numbers((), dtype, content)[()]


def _statistic(owner: type, name: str) -> str:
    """Stands for ``getattr``, by which histories name their own statistics; it looks nothing up."""
    # The first history of a process registers the statistics.
    is_known = owner is StoredHistory and name in HistoryBuffer()._statistics_methods
    _require(is_known, f'the statistics of HistoryBuffer, but not "{name}" of {owner!r}')
    return name


def _no_bytes(*args: Any) -> bytes:
    """Stands for ``bytes``, by which empty arrays name their content."""
    _require(not args, 'empty bytes, but not made of other things')
    return b''


# numpy 2 has another name for the module than numpy 1; files of either are read under both.
NUMPY_MODULES = ('numpy.core.multiarray', 'numpy._core.multiarray')
STAND_INS = [
    (StoredDtype, 'numpy.dtype'),
    (StoredArray, 'numpy.ndarray'),
    *((_reconstruct, f'{module}._reconstruct') for module in NUMPY_MODULES),
    *((_scalar, f'{module}.scalar') for module in NUMPY_MODULES),
    (StoredHistory, f'{HistoryBuffer.__module__}.{HistoryBuffer.__qualname__}'),
    (_statistic, 'builtins.getattr'),
    (_no_bytes, 'builtins.bytes'),
]


@contextmanager
def allow_only(entries: list) -> Iterator[None]:
    """Let ``torch.load`` find these under their names, whatever else a program has allowed.

    Args:
        entries (list[tuple]): Pairs of what is called and the name that a file calls it by.
    """
    before = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(entries)
    try:
        yield
    finally:
        torch.serialization.clear_safe_globals()
        torch.serialization.add_safe_globals(before)


def restore(loaded: Any) -> Any:
    """Put arrays and histories in the place of their stand-ins, wherever they are.

    Args:
        loaded (object): What was unpickled; its lists and dictionaries are changed in place.

    Returns:
        object: The same, or what a stand-in stands for.

    Raises:
        UnpicklingError: An array has no content.
    """
    return _restore(loaded, {})


def _restore(value: Any, done: dict) -> Any:
    if not isinstance(value, (dict, list, tuple, StoredArray, StoredHistory)):
        return value
    if id(value) in done:  # one object in two places stays one
        return done[id(value)][0]
    restored = value
    if isinstance(value, StoredArray):
        restored = _content(value)
    elif isinstance(value, StoredHistory):
        restored = HistoryBuffer(value.values, value.counts, value.max_length)
    done[id(value)] = restored, value  # kept, so that no other object gets its id
    if isinstance(value, dict):
        for key in value:
            value[key] = _restore(value[key], done)
    elif isinstance(value, list):
        value[:] = [_restore(item, done) for item in value]
    elif type(value) is tuple:
        restored = tuple(_restore(item, done) for item in value)
        done[id(value)] = restored, value
    return restored


def _content(stored: StoredArray) -> np.ndarray:
    _require(stored.array is not None, 'arrays with their content alone')
    return stored.array
