"""What is installed: whether MMPose is there, and whether the packages below this one fit."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

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
