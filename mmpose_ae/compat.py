"""Let MMPose import where mmcv has no compiled operators or torchvision is missing.

Everything that knows about a missing dependency lives here. A stand-in is installed only where
the real module is absent, and it raises a clear error when it is called.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Callable, List

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

MMCV_EXTENSION = 'mmcv._ext'
SIMCC_VISUALIZER = 'mmpose.visualization.simcc_vis'


class _UncompiledOps(ModuleType):
    """Stands in for mmcv's compiled extension; every operator raises when called."""

    def __getattr__(self, name: str) -> Callable:
        """Hand out a function for any operator, since mmcv checks their presence at import."""
        if name.startswith('__'):
            raise AttributeError(name)

        def missing(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError(
                f'mmcv op "{name}" needs a compiled mmcv, but mmcv-lite is installed. '
                'Install the full mmcv (or onedl-mmcv) to use it.'
            )

        return missing


class _MissingSimCCVisualizer:
    """Stands in for MMPose's SimCCVisualizer, which needs torchvision to be imported."""

    def __getattr__(self, name: str) -> None:
        raise RuntimeError(
            f'SimCCVisualizer.{name} needs torchvision, which is not installed. '
            'Install the torchvision that matches your torch to use it.'
        )


def _install(name: str, module: ModuleType) -> None:
    # Without a real spec importlib.util.find_spec raises, and mmengine calls it.
    module.__spec__ = ModuleSpec(name, loader=None)
    sys.modules[name] = module


def _is_missing(name: str) -> bool:
    return name not in sys.modules and find_spec(name) is None


def _torchvision_works() -> bool:
    # A torchvision built for another torch is found but cannot be imported.
    try:
        from torchvision.transforms import ToPILImage  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        return False
    return True


def install_stand_ins() -> List[str]:
    """Install a stand-in for each module that MMPose imports eagerly and that is absent.

    Returns:
        list[str]: Names of the modules that were replaced; empty where the full mmcv and
        torchvision are installed.
    """
    installed = []
    if _is_missing(MMCV_EXTENSION):
        _install(MMCV_EXTENSION, _UncompiledOps(MMCV_EXTENSION))
        installed.append(MMCV_EXTENSION)
    if SIMCC_VISUALIZER not in sys.modules and not _torchvision_works():
        module = ModuleType(SIMCC_VISUALIZER)
        module.SimCCVisualizer = _MissingSimCCVisualizer
        _install(SIMCC_VISUALIZER, module)
        installed.append(SIMCC_VISUALIZER)
    return installed


def allow_safe_checkpoints() -> None:
    """Let MMEngine's own checkpoints load with ``torch.load(weights_only=True)``.

    They hold the message hub's history buffers and numpy arrays besides tensors. Only these
    data classes are allow-listed; a checkpoint that needs arbitrary code stays refused.
    """
    reconstruct_array = np.zeros(1).__reduce__()[0]
    reconstruct_scalar = np.float64(0).__reduce__()[0]
    dtypes = {type(np.dtype(name)) for name in ('f2', 'f4', 'f8', 'i4', 'i8', 'u1', '?')}
    torch.serialization.add_safe_globals(
        [HistoryBuffer, np.ndarray, np.dtype, reconstruct_array, reconstruct_scalar, *dtypes]
    )
