"""Structures of MATLAB files: reading their fields leniently, and making them."""

from io import BytesIO
from typing import Any, List, Optional, Sequence

import numpy as np
from scipy.io import loadmat, savemat

# In place of scipy's text, which has the time: the same people are the same bytes.
DESCRIPTION = b'MATLAB 5.0 MAT-file'.ljust(116)


def load_mat(path: str, name: str) -> Any:
    """Read a variable of a MATLAB file.

    Args:
        path (str): The file.
        name (str): The variable.

    Returns:
        object: Structures as arrays of objects with attributes, cells as arrays of objects.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no MATLAB file of version 7 or older, or has no such variable.
    """
    try:
        content = loadmat(path, struct_as_record=False, variable_names=[name])
    except FileNotFoundError:
        raise
    except Exception as error:  # scipy raises what the bytes happen to break
        raise ValueError(
            f'{path} is not a MATLAB file up to version 7: {type(error).__name__}: {error}'
        ) from error
    if name not in content:
        raise ValueError(f'{path} has no variable {name!r}: is it another file of the release?')
    return content[name]


def elements(value: Any) -> List[Any]:
    """List what is in an array of structures or in a cell; nothing for what is none."""
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return []
    return list(value.ravel())


def structs(owner: Any, name: str) -> List[Any]:
    """List the structures in a field; nothing if there is no such field, or it is empty."""
    return elements(getattr(owner, name, None))


def number(owner: Any, name: str) -> Optional[float]:
    """Read a number from a field, also one that was written as text; None if there is none."""
    value = np.ravel(getattr(owner, name, []))
    if not value.size:
        return None
    try:
        return float(value[0])
    except (TypeError, ValueError):  # a structure, or text that is no number
        return None


def numbers(value: Any) -> List[int]:
    """List the whole numbers of a vector; nothing for an empty one."""
    return [int(v) for v in np.ravel(value)]


def text(owner: Any, name: str) -> str:
    """Read text from a field; empty if there is none."""
    value = np.ravel(getattr(owner, name, ''))
    return str(value[0]) if value.size else ''


def struct_array(rows: Sequence[dict], names: Sequence[str]) -> np.ndarray:
    """Make an array of structures for :func:`mat_file`.

    Args:
        rows (sequence[dict]): Values of each by field.
        names (sequence[str]): The fields, also if there are no rows.

    Returns:
        np.ndarray: (1, N) with these fields.
    """
    array = np.empty((1, len(rows)), [(name, object) for name in names])
    for column, row in enumerate(rows):
        for name in names:
            array[name][0, column] = row[name]
    return array


def cell(values: Sequence[Any]) -> np.ndarray:
    """Make a cell, (1, N), for :func:`mat_file`."""
    array = np.empty((1, len(values)), object)
    for column, value in enumerate(values):
        array[0, column] = value
    return array


def mat_file(name: str, value: Any) -> bytes:
    """Make a MATLAB file of version 5.

    Args:
        name (str): The variable.
        value (object): What :func:`load_mat` gives; the same value makes the same bytes.

    Returns:
        bytes: What is to be in the file.
    """
    content = BytesIO()
    savemat(content, {name: value}, do_compression=True)
    return DESCRIPTION + content.getvalue()[len(DESCRIPTION) :]
