import shlex
import sys
from importlib import import_module, metadata
from importlib.util import find_spec
from types import ModuleType

import pytest
import torch
from packaging.requirements import Requirement

import mmpose_ae
from mmpose_ae import coco_evaluation, compat

STAND_INS = [compat.MMCV_EXTENSION, compat.SIMCC_VISUALIZER, compat.EVALUATOR]


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
        compat, 'find_spec', lambda name: None if name in names else find_spec(name)
    )
    return names


def fault():
    """What is wrong with the environment, and the commands that mend it."""
    with pytest.raises(ImportError) as error:
        compat.check_versions()
    faults, door, *commands = map(str.strip, str(error.value).splitlines())
    assert door == 'mmpose-ae setup'
    return faults, commands


def test_this_environment_is_right():
    compat.check_versions()


@pytest.mark.parametrize(
    'module, requirement',
    [
        (compat.MODULES.get(name, name), name)
        for file in ('base.txt', 'torch.txt')
        for name, _ in compat.read_requirements(file)
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
    compat.check_versions()


def refuse(name):
    """Stands for an import hook that raises where it refuses a name."""
    raise ModuleNotFoundError(name)


def test_what_counts_as_installed(monkeypatch):
    assert compat.is_installed('numpy') and not compat.is_installed('no_such_package')
    monkeypatch.setitem(sys.modules, 'half_loaded', ModuleType('half_loaded'))  # without a spec
    assert not compat.is_installed('half_loaded')
    monkeypatch.setattr(compat, 'find_spec', refuse)
    assert not compat.is_installed('numpy')


@pytest.mark.parametrize('present', [{'mmengine'}, {'mmpose'}, {'mmengine', 'mmpose'}, set()])
def test_components_are_registered_where_there_are_registries(monkeypatch, present):
    """With one of the two alone the check of versions says that the other is missing."""
    monkeypatch.setattr(compat, 'find_spec', lambda name: name if name in present else None)
    assert compat.has_openmmlab() == bool(present)


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
    compat.check_versions()


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
    compat.check_versions()
    versions[other] = unfit
    assert f'but {other} {unfit} is installed' in fault()[0]


@pytest.fixture
def without_modules(monkeypatch):
    """Forget that the modules with a stand-in, or their stand-ins, were imported."""
    for name in (
        *STAND_INS,
        *(f'{compat.EVALUATOR}.{part}' for part in ('coco', 'cocoeval', 'mask')),
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delenv('MMPOSE_AE_EVALUATOR', raising=False)


@pytest.fixture
def stand_ins(monkeypatch, without_modules):
    """All stand-ins, as installed where mmcv is lite and torchvision absent."""
    monkeypatch.setattr(compat, 'find_spec', lambda name: None)
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    assert compat.install_stand_ins() == STAND_INS
    return [sys.modules[name] for name in STAND_INS]


def test_an_op_without_compiled_mmcv_says_so_when_called(stand_ins):
    extension = stand_ins[0]
    assert hasattr(extension, 'nms')
    assert not hasattr(extension, '__path__')
    with pytest.raises(RuntimeError, match='mmcv op "nms" needs a compiled mmcv'):
        extension.nms(torch.zeros(1, 4), torch.zeros(1))


def test_simcc_visualizer_without_torchvision_says_so_when_built(stand_ins):
    with pytest.raises(RuntimeError, match='SimCCVisualizer needs torchvision'):
        stand_ins[1].SimCCVisualizer()


def test_stand_ins_have_a_spec(stand_ins):
    assert find_spec(compat.MMCV_EXTENSION).name == compat.MMCV_EXTENSION
    assert find_spec(compat.SIMCC_VISUALIZER).name == compat.SIMCC_VISUALIZER
    assert find_spec(compat.EVALUATOR).name == compat.EVALUATOR


def test_the_evaluator_has_the_modules_of_xtcocotools(stand_ins):
    import xtcocotools.mask as cocomask
    from xtcocotools import coco, cocoeval

    assert coco.COCO is coco_evaluation.COCO and cocoeval.COCOeval is coco_evaluation.COCOeval
    square = cocomask.frPyObjects([[0, 0, 2, 0, 2, 2, 0, 2]], 3, 3)
    assert cocomask.decode(cocomask.merge(square)).sum() == 4
    assert 'keypoint evaluation' in stand_ins[2].__doc__
    with pytest.raises(ModuleNotFoundError, match='xtcocotools.other'):
        import_module('xtcocotools.other')


def test_xtcocotools_stays_where_it_was_imported_before(monkeypatch, without_modules):
    imported = ModuleType(compat.EVALUATOR)
    monkeypatch.setitem(sys.modules, compat.EVALUATOR, imported)
    assert compat.EVALUATOR not in compat.install_stand_ins()
    assert sys.modules[compat.EVALUATOR] is imported


def test_xtcocotools_is_left_to_those_who_ask_for_it(monkeypatch, without_modules):
    monkeypatch.setenv('MMPOSE_AE_EVALUATOR', 'xtcocotools')
    assert compat.EVALUATOR not in compat.install_stand_ins()
    assert compat.EVALUATOR not in sys.modules


def test_an_evaluator_that_nobody_knows_is_refused(monkeypatch, without_modules):
    monkeypatch.setenv('MMPOSE_AE_EVALUATOR', 'pycocotools')
    with pytest.raises(ValueError, match="MMPOSE_AE_EVALUATOR .* got 'pycocotools'"):
        compat.install_stand_ins()


def test_stand_ins_are_installed_once(stand_ins):
    assert compat.install_stand_ins() == []
    assert sys.modules[compat.MMCV_EXTENSION] is stand_ins[0]


def test_stand_ins_stay_away_where_the_real_modules_are(monkeypatch, without_modules):
    monkeypatch.setattr(compat, 'find_spec', lambda name: object())
    for name in ('torchvision', 'torchvision.transforms'):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert compat.install_stand_ins() == [compat.EVALUATOR]
    assert compat.MMCV_EXTENSION not in sys.modules


def test_a_broken_torchvision_counts_as_missing(monkeypatch, without_modules):
    def refuse(name):
        raise RuntimeError('operator torchvision::nms does not exist')

    monkeypatch.setattr(compat, 'import_module', refuse)
    assert compat.SIMCC_VISUALIZER in compat.install_stand_ins()


def test_torchvision_itself_is_never_faked(stand_ins):
    # collect_env and find_spec stumble over a fake; the fixture blocked the import with None.
    assert sys.modules['torchvision'] is None


def test_version_is_exported():
    assert mmpose_ae.__version__ == mmpose_ae.version.__version__
