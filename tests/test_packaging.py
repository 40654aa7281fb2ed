"""What setup.py, the requirement files and the metadata say agrees."""

import re
import shutil
from collections import defaultdict
from importlib.metadata import requires
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from mmpose_ae import __version__, environment

ROOT = Path(__file__).resolve().parents[1]


def read(name):
    """The requirements in a file of requirements/ for this Python, by name."""
    lines = (ROOT / 'requirements' / name).read_text().splitlines()
    found = [Requirement(line.split('#')[0]) for line in lines if line.split('#')[0].strip()]
    found = [each for each in found if each.marker is None or each.marker.evaluate()]
    return {requirement.name.lower(): requirement.specifier for requirement in found}


@pytest.mark.parametrize(
    'name', ['base.txt', 'torch.txt', 'runtime.txt', 'mm.txt', 'dev.txt', 'tracking.txt']
)
def test_the_locked_versions_are_within_the_ranges(name):
    locked = read('lock.txt')
    for package, allowed in read(name).items():
        (pin,) = locked[package]
        assert pin.operator == '=='
        assert allowed.contains(pin.version), f'{package} {pin.version} is not {allowed}'


@pytest.mark.parametrize('name', environment.INSTALL)
def test_the_ranges_checked_at_import_are_those_of_the_files(name):
    checked = {
        package.lower(): SpecifierSet(text) for package, text in environment.read_requirements(name)
    }
    assert checked == read(name)


def test_what_is_said_of_packages_is_said_of_required_ones():
    required = {
        package
        for name in environment.INSTALL
        for package, _ in environment.read_requirements(name)
    }
    assert {*environment.MODULES, *environment.OTHER_BUILDS} <= required


def test_what_is_installed_is_what_the_files_say():
    """Without an extra nothing that takes long to load; never what breaks."""
    declared = defaultdict(dict)
    for text in requires('mmpose_ae'):
        each = Requirement(text)
        (extra,) = re.findall(r'extra == "(\w+)"', str(each.marker)) or ['base']
        declared[extra][each.name.lower()] = each.specifier
    assert set(declared) == {'base', 'export', 'parquet', 'runtime', 'torch', 'video', 'web'}
    for extra, requirements in declared.items():
        assert requirements == read(f'{extra}.txt')
    unwanted = {'mmpose', 'mmdet', 'mmcv', 'chumpy', 'torchvision', 'opencv-python', 'xtcocotools'}
    assert not set().union(*declared.values()) & unwanted
    assert not {'torch', 'matplotlib'} & {*declared['base'], *declared['runtime']}


def test_the_requirements_are_read_in_a_wheel(tmp_path):
    """There they are beside the module, and a folder of that name around it is another one's."""
    package = tmp_path / 'mmpose_ae'
    shutil.copytree(ROOT / 'requirements', package / '.mim' / 'requirements')
    (tmp_path / 'requirements').mkdir()
    (tmp_path / 'requirements' / 'mm.txt').write_text('other==1')
    shutil.copy(environment.__file__, package)
    spec = spec_from_file_location('environment_in_wheel', package / 'environment.py')
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.read_requirements('mm.txt') == environment.read_requirements('mm.txt')


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / 'CITATION.cff').read_text())
    assert citation['version'] == __version__
    assert f'## [{__version__}]' in (ROOT / 'CHANGELOG.md').read_text()


def test_the_changelog_says_everything_once():
    """Merges of branches that have edited it may put old entries back."""
    items = re.findall(r'^- (.{24})', (ROOT / 'CHANGELOG.md').read_text(), re.M)
    assert len(items) > 50 and len(set(items)) == len(items)


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


def test_every_python_that_is_promised_is_tested():
    workflow = yaml.safe_load((ROOT / '.github/workflows/test.yml').read_text())
    tested = workflow['jobs']['test']['strategy']['matrix']['python']
    named = re.search(r'PYTHONS \?= (.*)', (ROOT / 'Makefile').read_text())[1]
    assert [f'python{version}' for version in tested] == named.split()
    said = (ROOT / 'README.md').read_text()
    assert f'Python {tested[0]} to {tested[-1]}' in said
