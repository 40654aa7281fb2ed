"""Two routines of scipy, without the packages around them.

``import scipy.optimize`` and ``import scipy.spatial`` take half a second of CPU time, of which
nothing is needed here: a program that groups on the host would start four times as slowly. So the
extension modules are loaded that hold the routines. They are not scipy's public interface; where a
version of scipy has them elsewhere, the public functions serve.
"""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Callable, Optional

import numpy as np
import scipy


def load_routine(package: str, extension: str, name: str) -> Optional[Callable]:
    """Take a routine out of an extension module of scipy, without importing its package.

    Args:
        package (str): Package below scipy.
        extension (str): The compiled module in it.
        name (str): The routine.

    Returns:
        callable | None: The routine; None where this version of scipy does not have it there.
    """
    if f'scipy.{package}' in sys.modules:  # loaded anyway
        return getattr(import_module(f'scipy.{package}.{extension}'), name, None)
    spec = PathFinder.find_spec(extension, [str(Path(scipy.__file__).parent / package)])
    if spec is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name, None)


_assign = load_routine('optimize', '_lsap', 'linear_sum_assignment')
_square = load_routine('spatial', '_distance_pybind', 'cdist_sqeuclidean')


def linear_sum_assignment(cost: np.ndarray) -> tuple:
    """Choose pairs of rows and columns of a cost matrix (M, N) at the least total cost."""
    return (_assign or import_module('scipy.optimize').linear_sum_assignment)(cost)


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared Euclidean distance (N, P) of every pair of rows (N, L) and (P, L), float64."""
    if _square is None:
        return import_module('scipy.spatial.distance').cdist(first, second, 'sqeuclidean')
    return _square(first, second)
