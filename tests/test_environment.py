"""What is installed, what is wrong with it, and what mends it."""

import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from mmpose_ae import environment


@pytest.fixture
def versions(monkeypatch):
    """Versions of packages that the test pretends to have, None for one that is missing."""
    pretended, real = {}, metadata.version

    def version(name):
        found = pretended[name] if name in pretended else real(name)
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(metadata, 'version', version)
    return pretended


@pytest.fixture
def missing(monkeypatch):
    """Names of modules that the test pretends to lack."""
    names = set()
    monkeypatch.setattr(
        environment, 'find_spec', lambda name: None if name in names else find_spec(name)
    )
    return names


def fault():
    """What is wrong with the environment, and the commands that mend it."""
    with pytest.raises(ImportError) as error:
        environment.check_versions()
    faults, door, *commands = map(str.strip, str(error.value).splitlines())
    assert door == 'mmpose-ae setup'
    return faults, commands


def test_this_environment_is_right():
    environment.check_versions()


@pytest.mark.parametrize(
    'module, requirement',
    [
        (environment.MODULES.get(name, name), name)
        for file in ('base.txt', 'torch.txt')
        for name, _ in environment.read_requirements(file)
    ],
)
def test_a_missing_package_is_named(missing, module, requirement):
    missing.add(module)
    faults, (command,) = fault()
    assert f'needs {requirement}, which is not installed. ' in faults
    assert command.startswith(f'pip install "{requirement}>=')


def test_all_faults_are_named_at_once_with_what_mends_them(missing, versions):
    missing |= {'mmdet', 'cv2', 'scipy'}
    versions.update(numpy='1.24.4', mmpose='0.29.0')
    faults, commands = fault()
    assert '; scipy, mmdet, opencv-python-headless, which are not installed. ' in faults
    for name, version in dict(numpy='1.24.4', mmpose='0.29.0').items():
        assert f'but {name} {version} is installed' in faults
    ordinary, openmmlab = map(shlex.split, commands)
    assert ordinary[:2] == ['pip', 'install'] and openmmlab[:3] == ['pip', 'install', '--no-deps']
    assert [Requirement(text).name for text in ordinary[2:]] == ['numpy', 'scipy']
    assert [Requirement(text).name for text in openmmlab[3:]] == [
        'mmpose',
        'mmdet',
        'opencv-python-headless',
    ]


def test_without_packaging_versions_cannot_be_compared(missing, versions):
    missing.add('packaging')
    versions.update(numpy='1.0')
    faults, commands = fault()
    assert 'needs packaging, ' in faults and 'numpy' not in faults and len(commands) == 1


def test_a_source_tree_has_no_version_to_compare(versions):
    versions.update(mmpose=None)
    environment.check_versions()


def refuse(name):
    """Stands for an import hook that raises where it refuses a name."""
    raise ModuleNotFoundError(name)


def test_what_counts_as_installed(monkeypatch):
    assert environment.is_installed('numpy') and not environment.is_installed('no_such_package')
    monkeypatch.setitem(sys.modules, 'half_loaded', ModuleType('half_loaded'))  # without a spec
    assert not environment.is_installed('half_loaded')
    monkeypatch.setattr(environment, 'find_spec', refuse)
    assert not environment.is_installed('numpy')


@pytest.mark.parametrize('present', [{'mmengine'}, {'mmpose'}, {'mmengine', 'mmpose'}, set()])
def test_components_are_registered_where_there_are_registries(monkeypatch, present):
    """With one of the two alone the check of versions says that the other is missing."""
    monkeypatch.setattr(environment, 'find_spec', lambda name: name if name in present else None)
    assert environment.has_openmmlab() == bool(present)


@pytest.mark.parametrize(
    'name, version',
    [
        ('mmpose', '0.29.0'),
        ('mmpose', '2.0.0'),
        ('torch', '2.5.1'),
        ('numpy', '1.25.2'),
        ('faster-coco-eval', '1.7.0'),
    ],
)
def test_a_version_outside_the_range_is_named(versions, name, version):
    versions[name] = version
    assert f'but {name} {version} is installed' in fault()[0]


@pytest.mark.parametrize(
    'name, version',
    [('mmpose', '1.3.0'), ('torch', '2.6.0+cu124'), ('numpy', '1.26.0'), ('numpy', '2.5.0rc1')],
)
def test_versions_inside_the_range_pass(versions, name, version):
    versions[name] = version
    environment.check_versions()


@pytest.mark.parametrize(
    'name, other, fit, unfit',
    [
        ('onedl-mmengine', 'mmengine', '0.10.7', '0.7.4'),
        ('mmcv-lite', 'mmcv', '2.1.0', '1.7.2'),
        ('mmcv-lite', 'onedl-mmcv', '2.3.6', '2.2.0'),
        ('mmdet', 'onedl-mmdetection', '3.5.1', '3.4.0'),
        ('opencv-python-headless', 'opencv-python', '4.6.0.66', '4.5.5.64'),
    ],
)
def test_other_builds_serve_in_versions_of_their_own(versions, name, other, fit, unfit):
    versions.update({name: None, other: fit})
    environment.check_versions()
    versions[other] = unfit
    assert f'but {other} {unfit} is installed' in fault()[0]
