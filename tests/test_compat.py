import sys
from importlib.util import find_spec
from types import ModuleType

import mmcv
import mmengine
import mmpose
import pytest
import torch

import mmpose_ae
from mmpose_ae import compat


@pytest.mark.parametrize('name', ['torch', 'mmengine', 'mmpose'])
def test_a_missing_package_is_named(monkeypatch, name):
    monkeypatch.setattr(compat, 'find_spec', lambda wanted: None if wanted == name else True)
    with pytest.raises(ImportError, match=f'needs {name}.* not installed'):
        compat.check_versions()


def test_without_packaging_versions_cannot_be_compared(monkeypatch):
    monkeypatch.setattr(compat, 'is_installed', lambda name: name != 'packaging')
    with pytest.raises(ImportError, match='needs packaging, which is not installed'):
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
    'module, version',
    [(mmpose, '0.29.0'), (mmpose, '2.0.0'), (mmengine, '0.7.4'), (torch, '2.5.1')],
)
def test_a_version_outside_the_range_is_named(monkeypatch, module, version):
    monkeypatch.setattr(module, '__version__', version)
    with pytest.raises(ImportError, match=f'{module.__name__} {version} is installed'):
        compat.check_versions()


@pytest.mark.parametrize(
    'module, version', [(mmpose, '1.3.0'), (torch, '2.6.0+cu124'), (mmcv, '2.2.0')]
)
def test_versions_inside_the_range_pass(monkeypatch, module, version):
    monkeypatch.setattr(module, '__version__', version)
    compat.check_versions()


@pytest.fixture
def without_modules(monkeypatch):
    """Forget that the modules with a stand-in, or their stand-ins, were imported."""
    for name in (compat.MMCV_EXTENSION, compat.SIMCC_VISUALIZER):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture
def stand_ins(monkeypatch, without_modules):
    """Both stand-ins, as installed where mmcv is lite and torchvision absent."""
    monkeypatch.setattr(compat, 'find_spec', lambda name: None)
    monkeypatch.setitem(sys.modules, 'torchvision', None)
    assert compat.install_stand_ins() == [compat.MMCV_EXTENSION, compat.SIMCC_VISUALIZER]
    return [sys.modules[name] for name in (compat.MMCV_EXTENSION, compat.SIMCC_VISUALIZER)]


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


def test_stand_ins_are_installed_once(stand_ins):
    assert compat.install_stand_ins() == []
    assert sys.modules[compat.MMCV_EXTENSION] is stand_ins[0]


def test_stand_ins_stay_away_where_the_real_modules_are(monkeypatch, without_modules):
    monkeypatch.setattr(compat, 'find_spec', lambda name: object())
    for name in ('torchvision', 'torchvision.transforms'):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert compat.install_stand_ins() == []
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
