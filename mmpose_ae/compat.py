"""Let MMPose import where mmcv has no compiled operators, or torchvision or xtcocotools is missing.

A stand-in for mmcv's operators or torchvision is installed only where the real module is absent,
and raises a clear error when it is called. That for xtcocotools works, and is used unless the real
one is wanted. What MMPose and MMEngine have to be told of this package is here, too.
"""

import os
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Callable, List

MMCV_EXTENSION = 'mmcv._ext'
SIMCC_VISUALIZER = 'mmpose.visualization.simcc_vis'
EVALUATOR = 'xtcocotools'


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


def _xtcocotools_is_wanted() -> bool:
    wanted = os.environ.get('MMPOSE_AE_EVALUATOR', '')
    if wanted not in ('', EVALUATOR):
        raise ValueError(f"MMPOSE_AE_EVALUATOR must be '{EVALUATOR}' or absent, got {wanted!r}")
    return wanted == EVALUATOR


def _install_evaluator() -> None:
    # Imported here, not above: the light core does without.
    from faster_coco_eval import mask

    from . import coco_evaluation

    package = ModuleType(EVALUATOR, coco_evaluation.__doc__)
    package.__path__ = []  # a package, whose modules are all here
    _install(EVALUATOR, package)
    for name, module in dict(coco=coco_evaluation, cocoeval=coco_evaluation, mask=mask).items():
        setattr(package, name, module)
        sys.modules[f'{EVALUATOR}.{name}'] = module


def install_stand_ins() -> List[str]:
    """Install stand-ins for modules that MMPose imports eagerly.

    Those for mmcv's operators and for what needs torchvision come where the real ones are absent.
    The one for xtcocotools comes unless the real one was imported before, or the environment
    asks for it with ``MMPOSE_AE_EVALUATOR=xtcocotools``.

    Returns:
        list[str]: Names of the modules that were replaced; empty on a second call.

    Raises:
        ValueError: If the environment asks for another evaluator.
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
    if EVALUATOR not in sys.modules and not _xtcocotools_is_wanted():
        _install_evaluator()
        installed.append(EVALUATOR)
    return installed


def complete_inferencer() -> None:
    """Let MMPoseInferencer hand ``bbox_thr`` on to the model's people.

    MMPose has both ends of it, but not the entry in the list by which one knows of the other.
    People of top-down models have passed that threshold as boxes of the detector.
    """
    from mmpose.apis import Pose2DInferencer

    Pose2DInferencer.forward_kwargs.add('bbox_thr')


def register_package() -> None:
    """Let MMEngine find the configs of this package by name, from any folder.

    Bases as ``mmpose_ae::associative_embedding/coco/...py``, and models that MMPoseInferencer is
    given by name, are looked for in the packages of one table of MMEngine, whose folder ``.mim``
    (see ``setup.py``) holds the configs. It has no other entrance for packages that are not
    OpenMMLab's own.
    """
    from mmengine.config.utils import MODULE2PACKAGE

    MODULE2PACKAGE.setdefault('mmpose_ae', 'mmpose_ae')
