import pickle
import sys
from importlib.util import find_spec
from types import ModuleType

import mmcv
import mmengine
import mmpose
import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner, load_checkpoint
from torch.utils.data import Dataset

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


class _Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.ones(1))

    def forward(self, inputs, mode):
        return dict(loss=(self.slope * inputs).square().mean())


class _Points(Dataset):
    # What MMPose puts into a dataset's metainfo, and so into the checkpoint.
    metainfo = dict(
        flip_indices=[1, 0],
        sigmas=np.ones(2, np.float32),
        keypoint_colors=np.zeros((2, 3), np.uint8),
        scale=np.float64(0.5),
    )

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return dict(inputs=torch.full((1,), float(index)))


@pytest.fixture
def checkpoint(tmp_path):
    """A checkpoint written by a Runner in the middle of training."""
    Runner(
        _Line(),
        str(tmp_path),
        train_dataloader=dict(
            dataset=_Points(),
            batch_size=2,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='default_collate'),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=1)),
        default_scope='mmpose_ae',
        experiment_name=tmp_path.name,
    ).train()
    return tmp_path / 'epoch_2.pth'


def test_a_checkpoint_loads_with_weights_only(checkpoint, monkeypatch):
    # As in a process that has not trained: the first history buffer fills this in.
    monkeypatch.setattr(HistoryBuffer, '_statistics_methods', {})
    found = torch.load(checkpoint, weights_only=True)
    assert found['meta']['iter'] == 4
    assert found['optimizer']['state'][0]['step'] == 4
    assert found['state_dict']['slope'] < 1
    hub = MessageHub('reloaded')
    hub.load_state_dict(found['message_hub'])
    assert len(hub.get_scalar('train/loss').data[0]) == 4


def test_mmengine_needs_no_fallback_and_leaves_the_allow_list(checkpoint, capsys):
    for _ in range(2):
        load_checkpoint(_Line(), str(checkpoint))
        torch.load(checkpoint, weights_only=True)
    assert 'Falling back' not in capsys.readouterr().out


@pytest.mark.parametrize(
    'function, args, message',
    [
        (eval, ('1 + 1',), 'eval'),
        # The one attribute look-up that is allowed is that of the statistics of HistoryBuffer.
        (getattr, (HistoryBuffer, '__init__'), 'not "__init__"'),
        (getattr, (np.ndarray, 'mean'), 'not "mean"'),
    ],
)
def test_a_checkpoint_with_code_is_refused(tmp_path, function, args, message):
    class Code:
        def __reduce__(self):
            return function, args

    torch.save(dict(state_dict={}, meta=Code()), tmp_path / 'code.pth')
    with pytest.raises(pickle.UnpicklingError, match=message):
        torch.load(tmp_path / 'code.pth', weights_only=True)


def test_version_is_exported():
    assert mmpose_ae.__version__ == mmpose_ae.version.__version__
