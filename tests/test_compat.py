"""What stands in for modules that are absent."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import pytest
import torch

import mmpose_ae
from mmpose_ae import coco_evaluation, compat

STAND_INS = [compat.MMCV_EXTENSION, compat.SIMCC_VISUALIZER, compat.EVALUATOR]


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
