"""Two routines of scipy, without the packages around them.

``import scipy.optimize`` and ``import scipy.spatial`` take half a second of CPU time, of which
nothing is needed here: a program that groups on the host would start four times as slowly. So the
extension modules are loaded that hold the routines. They are not scipy's public interface; where a
version of scipy has them elsewhere, the public functions serve, and where scipy is not installed
those of :mod:`mmpose_ae.grouping.numpy_routines`.
"""

import sys
from functools import partial
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Callable, Optional

from . import numpy_routines

try:
    import scipy
except ImportError:
    scipy = None


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
        module = sys.modules.get(f'scipy.{package}.{extension}')
        return getattr(module, name, None)
    spec = PathFinder.find_spec(extension, [str(Path(scipy.__file__).parent / package)])
    if spec is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name, None)


def _public(package: str, name: str) -> Callable:
    return getattr(import_module(f'scipy.{package}'), name)


if scipy is None:
    linear_sum_assignment = numpy_routines.linear_sum_assignment
    squared_distances = numpy_routines.squared_distances
else:
    # Cost matrix (M, N) to rows and columns of the pairs at the least total cost
    linear_sum_assignment = load_routine('optimize', '_lsap', 'linear_sum_assignment') or _public(
        'optimize', 'linear_sum_assignment'
    )
    # Squared Euclidean distance (N, P) of every pair of rows (N, L) and (P, L), float64
    squared_distances = load_routine('spatial', '_distance_pybind', 'cdist_sqeuclidean') or partial(
        _public('spatial.distance', 'cdist'), metric='sqeuclidean'
    )
