"""Files that are no whole or no safe checkpoints, and those that look unsafe but are not."""

import os
import sys
from types import ModuleType

import pytest
import torch
from mmengine.runner import CheckpointLoader

from mmpose_ae.checkpoints import CheckpointError, load_from_local


class Code:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize('modern', [True, False])
def test_whole_file(tmp_path, modern):
    """In the format of today and in that of PyTorch before 1.6."""
    path = tmp_path / 'whole.pth'
    saved = dict(state_dict={'weight': torch.arange(3)}, meta=dict(epoch=3, CLASSES=('person',)))
    torch.save(saved, path, _use_new_zipfile_serialization=modern)
    found = load_from_local(path, map_location='cpu')
    assert found['state_dict']['weight'].tolist() == [0, 1, 2]
    assert found['meta'] == saved['meta']


@pytest.mark.parametrize('modern', [True, False])
def test_truncated_file(tmp_path, modern):
    path = tmp_path / 'cut.pth'
    torch.save({'weight': torch.ones(1000)}, path, _use_new_zipfile_serialization=modern)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(CheckpointError, match=r'cut\.pth'):
        load_from_local(path)


@pytest.mark.parametrize('content', [b'', b'<!DOCTYPE html><html></html>', bytes(100)])
def test_files_that_are_no_checkpoints(tmp_path, content):
    """An empty file, or the web page that came in place of the download."""
    path = tmp_path / 'page.pth'
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r'page\.pth'):
        load_from_local(path)


def test_missing_file():
    with pytest.raises(FileNotFoundError, match='nothing.pth'):
        load_from_local('nothing.pth')


@pytest.mark.parametrize('modern', [True, False])
def test_code_is_refused_and_not_run(tmp_path, modern):
    """Wherever MMEngine loads from, too: it would unpickle anything at the second attempt."""
    path, trace = tmp_path / 'code.pth', tmp_path / 'trace'
    torch.save(
        dict(state_dict={}, meta=Code(f'touch {trace}')),
        path,
        _use_new_zipfile_serialization=modern,
    )
    for load in (load_from_local, CheckpointLoader.load_checkpoint):
        with pytest.raises(
            CheckpointError, match=r'code\.pth .*needs \w+\.system.*If you trust it'
        ):
            load(str(path))
    assert not trace.exists()


@pytest.fixture
def config_dict(monkeypatch):
    """A class like mmcv's: its checkpoints name it by that place."""
    module = ModuleType('mmcv.utils.config')

    class ConfigDict(dict):
        def __getstate__(self):
            return self

        def __setstate__(self, state):
            self.update(state)

    ConfigDict.__module__, ConfigDict.__qualname__ = module.__name__, 'ConfigDict'
    module.ConfigDict = ConfigDict
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return ConfigDict


def test_settings_that_ride_along_are_read_as_dictionaries(tmp_path, config_dict):
    """As Lightning saves CenterGroup: its settings are of a class that may not be installed."""
    settings = config_dict(type='HRNet', extra=config_dict(width=32))
    path = tmp_path / 'lightning.ckpt'
    torch.save(
        {
            'state_dict': {'weight': torch.ones(2)},
            'hyper_parameters': dict(bu_model=settings),
            'pytorch-lightning_version': '1.5.0',
        },
        path,
    )
    found = load_from_local(path)
    assert found['hyper_parameters']['bu_model'] == dict(type='HRNet', extra=dict(width=32))
    assert type(found['hyper_parameters']['bu_model']) is not config_dict
    assert torch.equal(found['state_dict']['weight'], torch.ones(2))


@pytest.mark.parametrize('position', [0.3, 0.5, 0.9])
def test_one_flipped_bit(tmp_path, position):
    """PyTorch would take the number as it is."""
    path = tmp_path / 'flipped.pth'
    torch.save({'weight': torch.arange(1000.0)}, path)
    content = bytearray(path.read_bytes())
    content[int(position * 4000) + content.index(torch.arange(1000.0).numpy().tobytes())] ^= 0x10
    path.write_bytes(content)
    assert not torch.equal(torch.load(path)['weight'], torch.arange(1000.0))
    with pytest.raises(CheckpointError, match=r'flipped\.pth .*check sum'):
        load_from_local(path)


@pytest.mark.parametrize(
    'saved, reason',
    [
        ([torch.ones(1)], 'holds a list'),
        (torch.ones(1), 'holds a Tensor'),
        (3, 'holds a int'),
        (dict(state_dict='weights'), 'state_dict is a str, expected a dictionary'),
        (dict(state_dict=None), 'state_dict is a NoneType'),
        (dict(state_dict={}, meta=[1]), 'meta is a list'),
        (
            dict(state_dict={1: torch.ones(1), (2, 3): torch.ones(1)}),
            r'strings, but are \[1, \(2, 3\)',
        ),
        ({0: torch.ones(1)}, r'strings, but are \[0\]'),
        (dict(weight=torch.empty(2, device='meta')), 'without content: weight'),
    ],
)
def test_pickles_of_other_things(tmp_path, saved, reason):
    torch.save(saved, tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=rf'other\.pth.*{reason}'):
        load_from_local(tmp_path / 'other.pth')


@pytest.mark.filterwarnings("ignore:'torch.load' received a zip file that looks like a Tor")
def test_an_archive_of_code(tmp_path):
    """PyTorch would advise to read it without protection."""
    torch.jit.script(torch.nn.Linear(1, 1)).save(str(tmp_path / 'script.pth'))
    with pytest.raises(CheckpointError, match=r'script\.pth') as error:
        load_from_local(tmp_path / 'script.pth')
    assert 'weights_only' not in str(error.value) and error.value.__suppress_context__
