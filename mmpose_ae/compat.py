"""Let MMPose import where mmcv has no compiled operators, or torchvision or xtcocotools is missing.

Everything that knows about a missing or mismatched dependency lives here. A stand-in for mmcv's
operators or torchvision is installed only where the real module is absent, and it raises a clear
error when it is called. That for xtcocotools works, and is used unless the real one is wanted.
"""

import os
import re
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

# Files of requirements, and how their packages are installed.
INSTALL = {
    'base.txt': 'pip install',
    'torch.txt': 'pip install',
    'mm.txt': 'pip install --no-deps',
}
# What is imported, where it has another name than the package.
MODULES = {
    'faster-coco-eval': 'faster_coco_eval',
    'json-tricks': 'json_tricks',
    'mmcv-lite': 'mmcv',
    'onedl-mmengine': 'mmengine',
    'opencv-python-headless': 'cv2',
    'pillow': 'PIL',
    'PyYAML': 'yaml',
}
# Other packages that hold the same module, and their versions.
OTHER_BUILDS = {
    'mmcv-lite': {'mmcv': '>=2.0,<2.2', 'onedl-mmcv': '>=2.3,<3'},
    'mmdet': {'onedl-mmdetection': '>=3.5,<4'},
    'onedl-mmengine': {'mmengine': '>=0.10,<1'},
    'opencv-python-headless': {
        'opencv-python': '>=4.6,<6',
        'opencv-contrib-python': '>=4.6,<6',
        'opencv-contrib-python-headless': '>=4.6,<6',
    },
}
LIGHT = 'MMPOSE_AE_LIGHT'  # in the environment: leave MMPose out where it is installed, too
MMCV_EXTENSION = 'mmcv._ext'
SIMCC_VISUALIZER = 'mmpose.visualization.simcc_vis'
EVALUATOR = 'xtcocotools'


def is_installed(name: str) -> bool:
    """Tell whether a package could be imported, without importing it."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # some import hooks refuse a name by raising
        return False


def has_openmmlab() -> bool:
    """Tell whether there are registries to put components into."""
    return is_installed('mmengine') or is_installed('mmpose')


def is_light() -> bool:
    """Tell whether the light core is all that there is, or that is wanted.

    Raises:
        ValueError: If the environment says neither yes nor no.
    """
    wanted = os.environ.get(LIGHT, '')
    if wanted not in ('', '1'):
        raise ValueError(f"{LIGHT} must be '1' or absent, got {wanted!r}")
    return bool(wanted) or not has_openmmlab()


def content_folder() -> Path:
    """Find what is shipped beside the modules: tools, configs, projects, requirements, the index.

    Returns:
        Path: ``.mim`` in the package (see ``setup.py``); the root of a checkout that is not
        installed.
    """
    package = Path(__file__).resolve().parent
    installed = package / '.mim'
    return installed if installed.is_dir() else package.parent


def read_requirements(name: str) -> List[Tuple[str, str]]:
    """Read a file of ``requirements``, which a wheel carries in ``.mim``.

    Args:
        name (str): of the file, as ``'mm.txt'``.

    Returns:
        list[tuple]: Name and versions of each package, as ``('numpy', '>=1.26,<3')``.
    """
    path = content_folder() / 'requirements' / name
    lines = [line.split('#')[0].strip() for line in path.read_text().splitlines()]
    return [re.fullmatch(r'([\w-]+)(.*)', line).groups() for line in lines if line]


class Fault(NamedTuple):
    """A package that is not as it has to be.

    Attributes:
        unfit (str): What is wrong with the installed version, in words; empty where none is.
        install (str): How the right one is installed, ``pip install`` with options.
        requirement (str): Which is the right one, as ``'numpy>=1.26,<3'``.
    """

    unfit: str
    install: str
    requirement: str


def check_versions() -> None:
    """Check that the packages below this one are installed, in versions it works with.

    Raises:
        ImportError: If some are missing, or of a version outside ``requirements``. Names all of
            them and what installs those that are asked for. Also if the environment leaves MMPose
            out.
    """
    if os.environ.get(LIGHT):
        raise ImportError(f'mmpose_ae needs MMPose for this, but {LIGHT} is set: unset it')
    faults = find_faults()
    if faults:
        commands = (
            ' '.join((install, *(f'"{wanted}"' for wanted in packages)))
            for install, packages in group_by_install(faults).items()
        )
        lines = '\n    '.join(('mmpose-ae setup', *commands))
        raise ImportError(
            f'mmpose_ae needs {_in_words(faults)}. '
            f'The first line mends it, by what the others say:\n    {lines}'
        )


def find_faults() -> List[Fault]:
    """Find the packages below this one that are missing or of a version that does not fit.

    Returns:
        list[Fault]: In the order of ``requirements``; empty where all is right.
    """
    return [
        Fault(unfit, install, requirement)
        for file, install in INSTALL.items()
        for requirement, unfit in _faults(read_requirements(file))
    ]


def group_by_install(faults: List[Fault]) -> Dict[str, List[str]]:
    """Put requirements together that are installed alike.

    Args:
        faults (list[Fault]): What is wrong.

    Returns:
        dict: Of each ``pip install`` with its options, in the order to run them, the requirements.
    """
    commands = {}
    for fault in faults:
        commands.setdefault(fault.install, []).append(fault.requirement)
    return commands


def _in_words(faults: List[Fault]) -> str:
    """What is needed; of all that are missing the names alone, as commands have the versions."""
    missing = [re.match(r'[\w-]+', fault.requirement)[0] for fault in faults if not fault.unfit]
    verb = 'is' if len(missing) == 1 else 'are'
    listed = [f'{", ".join(missing)}, which {verb} not installed'] if missing else []
    return '; '.join([*(fault.unfit for fault in faults if fault.unfit), *listed])


def _faults(requirements: List[Tuple[str, str]]) -> Iterator[Tuple[str, str]]:
    """Find what is missing or does not fit: the requirement, and what is unfit in words."""
    for name, versions in requirements:
        if not is_installed(MODULES.get(name, name)):
            yield name + versions, ''
            continue
        build, installed = _installed_build(name)
        allowed = OTHER_BUILDS.get(name, {}).get(build, versions)
        if installed is not None and not _fits(installed, allowed):
            yield name + versions, f'{build}{allowed}, but {build} {installed} is installed'


def _installed_build(name: str) -> Tuple[str, Optional[str]]:
    """Name and version of what is installed; no version for a source tree on the path."""
    from importlib import metadata  # the light core does without, and it takes a while

    for build in (name, *OTHER_BUILDS.get(name, {})):
        try:
            return build, metadata.version(build)
        except metadata.PackageNotFoundError:
            continue
    return name, None


def _fits(version: str, allowed: str) -> bool:
    if not is_installed('packaging'):  # named as missing itself, and asked again when it is there
        return True
    from packaging.specifiers import SpecifierSet  # the light core does without

    return SpecifierSet(allowed).contains(version, prereleases=True)


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
