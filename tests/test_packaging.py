"""What setup.py, the requirement files and the metadata say agrees."""

from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from mmpose_ae import __version__, compat

ROOT = Path(__file__).resolve().parents[1]


def read(name):
    """The requirements in a file of requirements/, by name."""
    lines = (ROOT / 'requirements' / name).read_text().splitlines()
    found = [Requirement(line.split('#')[0]) for line in lines if line.split('#')[0].strip()]
    return {requirement.name.lower(): requirement.specifier for requirement in found}


@pytest.mark.parametrize('name', ['runtime.txt', 'mm.txt', 'dev.txt'])
def test_the_locked_versions_are_within_the_ranges(name):
    locked = read('lock.txt')
    for package, allowed in read(name).items():
        (pin,) = locked[package]
        assert pin.operator == '=='
        assert allowed.contains(pin.version), f'{package} {pin.version} is not {allowed}'


def test_the_ranges_are_within_those_checked_at_import():
    ranges = read('runtime.txt') | read('mm.txt')
    for name in ('numpy', 'torch', 'mmpose'):
        assert set(SpecifierSet(compat.REQUIREMENTS[name])) <= set(ranges[name])


def test_installing_drags_in_nothing_that_breaks():
    declared = {Requirement(text).name.lower() for text in requires('mmpose_ae')}
    assert declared == set(read('runtime.txt'))
    assert not declared & {'mmpose', 'mmdet', 'mmcv', 'chumpy', 'torchvision', 'opencv-python'}


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text())
    assert citation['version'] == __version__
    assert f'## [{__version__}]' in (ROOT / 'CHANGELOG.md').read_text()


@pytest.fixture
def models():
    """The entries of every metafile that the index names."""
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    files = [yaml.safe_load((ROOT / name).read_text()) for name in index['Import']]
    collections = {collection['Name'] for file in files for collection in file['Collections']}
    found = [model for file in files for model in file['Models']]
    assert {model['In Collection'] for model in found} == collections
    return found


def test_every_leaf_config_is_in_the_index(models):
    leaves = {str(path.relative_to(ROOT)) for path in (ROOT / 'configs').glob('[!_]*/*/*.py')}
    assert sorted(model['Config'] for model in models) == sorted(leaves)


def test_the_index_describes_the_configs(models):
    for model in models:
        path = ROOT / model['Config']
        assert model['Name'] == path.stem
        method, network = model['Metadata']['Architecture']
        assert method == model['In Collection']
        assert network.endswith(Config.fromfile(path).model.backbone.type)  # HigherHRNet: HRNet
