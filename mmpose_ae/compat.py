"""Let MMPose import where mmcv has no compiled operators or torchvision is missing.

Everything that knows about a missing or mismatched dependency lives here. A stand-in is installed
only where the real module is absent, and it raises a clear error when it is called.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Callable, List

# In the order of their dependence: the first one that fails is the one to mend.
REQUIREMENTS = {
    'numpy': '<2',
    'torch': '>=2.6,<3',
    'mmengine': '>=0.10,<1',
    'mmcv': '>=2.0,<3',
    'mmpose': '>=1.3,<2',
}
MMCV_EXTENSION = 'mmcv._ext'
SIMCC_VISUALIZER = 'mmpose.visualization.simcc_vis'


def is_installed(name: str) -> bool:
    """Tell whether a package could be imported, without importing it."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # some import hooks refuse a name by raising
        return False


def has_openmmlab() -> bool:
    """Tell whether there are registries to put components into."""
    return is_installed('mmengine') or is_installed('mmpose')


def check_versions() -> None:
    """Check that the packages below this one are installed, in versions it works with.

    Raises:
        ImportError: If one is missing, or of a version outside ``REQUIREMENTS``.
    """
    if not is_installed('packaging'):
        raise ImportError('mmpose_ae needs packaging, which is not installed (see requirements/).')
    from packaging.specifiers import SpecifierSet  # the light core does without

    for name, required in REQUIREMENTS.items():
        if not is_installed(name):
            raise ImportError(
                f'mmpose_ae needs {name}{required}, which is not installed (see requirements/).'
            )
        version = import_module(name).__version__
        if not SpecifierSet(required).contains(version, prereleases=True):
            raise ImportError(
                f'mmpose_ae needs {name}{required}, but {name} {version} is installed '
                '(see requirements/).'
            )


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
    """Stands in for MMPose's SimCCVisualizer, whose file imports torchvision."""

    def __init__(self) -> None:
        raise RuntimeError(
            'SimCCVisualizer needs torchvision, which is not installed or does not fit this '
            'torch. Install the torchvision that matches your torch to use it.'
        )


def _install(name: str, module: ModuleType) -> None:
    # Without a real spec importlib.util.find_spec raises, and mmengine calls it.
    module.__spec__ = ModuleSpec(name, loader=None)
    sys.modules[name] = module


def _torchvision_works() -> bool:
    # A torchvision built for another torch is found but cannot be imported.
    try:
        import_module('torchvision.transforms')
    except (ImportError, RuntimeError, OSError):
        return False
    return True


def install_stand_ins() -> List[str]:
    """Install a stand-in for each module that MMPose imports eagerly and that is absent.

    Returns:
        list[str]: Names of the modules that were replaced; empty where the full mmcv and
        torchvision are installed, and on a second call.
    """
    installed = []
    if MMCV_EXTENSION not in sys.modules and find_spec(MMCV_EXTENSION) is None:
        _install(MMCV_EXTENSION, _UncompiledOps(MMCV_EXTENSION))
        installed.append(MMCV_EXTENSION)
    if SIMCC_VISUALIZER not in sys.modules and not _torchvision_works():
        module = ModuleType(SIMCC_VISUALIZER)
        module.SimCCVisualizer = _MissingSimCCVisualizer
        _install(SIMCC_VISUALIZER, module)
        installed.append(SIMCC_VISUALIZER)
    return installed


def register_package() -> None:
    """Let MMEngine find the configs of this package by name, from any folder.

    Bases as ``mmpose_ae::associative_embedding/coco/...py``, and models that MMPoseInferencer is
    given by name, are looked for in the packages of one table of MMEngine, whose folder ``.mim``
    (see ``setup.py``) holds the configs. It has no other entrance for packages that are not
    OpenMMLab's own.
    """
    from mmengine.config.utils import MODULE2PACKAGE

    MODULE2PACKAGE.setdefault('mmpose_ae', 'mmpose_ae')
