"""Every place that MMEngine loads from is read by the one safe reader."""

import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch
from mmengine.runner import CheckpointLoader, load_checkpoint
from mmengine.runner import checkpoint as mmengine_checkpoint
from torch import nn

from mmpose_ae.checkpoints import CheckpointError, register_loaders, schemes

SCHEMES = list(CheckpointLoader._schemes)
# An address of each scheme; names are those of tables that come with MMEngine, but for 'mine'.
ADDRESSES = {
    '': '{folder}/file.pth',
    'http://': 'http://somewhere/file.pth',
    'https://': 'https://somewhere/file.pth',
    'modelzoo://': 'modelzoo://mine',
    'torchvision://': 'torchvision://mine',
    'open-mmlab://': 'open-mmlab://mine',
    'openmmlab://': 'openmmlab://vgg16_caffe',
    'mmcls://': 'mmcls://mobilenet_v2',
    r'(\S+\:)?s3://': 'cluster:s3://bucket/file.pth',
    r'(\S+\:)?petrel://': 'petrel://bucket/file.pth',
    'pavi://': 'pavi://file.pth',
}


class Code:
    """Runs a command when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f'touch {self.trace}',)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Have one file at the end of every address."""
    path = tmp_path / 'file.pth'

    def download(address, destination, hash_prefix=None):
        Path(destination).write_bytes(path.read_bytes())

    model = SimpleNamespace(name='file.pth', download=lambda destination: download('', destination))
    pavi = ModuleType('pavi')
    pavi.modelcloud = SimpleNamespace(get=lambda name: model)
    monkeypatch.setitem(sys.modules, 'pavi', pavi)
    monkeypatch.setattr('mmpose_ae.checkpoints.downloading.download_url_to_file', download)
    storage = SimpleNamespace(get=lambda name: path.read_bytes())
    monkeypatch.setattr(schemes, 'get_file_backend', lambda name, backend_args: storage)
    models = dict(mine='https://somewhere/mine.pth')
    monkeypatch.setattr(mmengine_checkpoint, 'get_torchvision_models', lambda: models)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path))
    (tmp_path / 'open_mmlab.json').write_text(json.dumps(dict(mine='file.pth')))
    return path


@pytest.mark.parametrize('scheme', SCHEMES)
def test_code_is_refused_wherever_it_comes_from(scheme, place):
    """The schemes are those that are registered: a new one of MMEngine fails here."""
    address = ADDRESSES[scheme].format(folder=place.parent)
    assert CheckpointLoader._get_checkpoint_loader(address) is schemes.LOADERS[scheme]
    torch.save(dict(state_dict={}, meta=Code(place.parent / 'trace')), place)
    with pytest.raises(CheckpointError, match=r'refused: it needs \w+\.system'):
        load_checkpoint(nn.Linear(1, 1), address)
    assert not (place.parent / 'trace').exists()


@pytest.mark.parametrize('scheme', SCHEMES)
def test_weights_arrive(scheme, place):
    name = 'backbone.weight' if scheme == 'mmcls://' else 'weight'
    torch.save(dict(state_dict={name: torch.arange(3)}), place)
    address = ADDRESSES[scheme].format(folder=place.parent)
    found = CheckpointLoader.load_checkpoint(address, 'cpu')
    assert found['state_dict']['weight'].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    'saved',
    [dict(weight=torch.arange(3)), dict(model=dict(weight=torch.arange(3)), epoch=7)],
    ids=['alone', 'as model'],
)
def test_weights_are_where_hooks_look_for_them(saved, place):
    """Bare weights as HigherHRNet's, and those of CoupledEmbedding; their file is still known."""
    torch.save(saved, place)
    found = CheckpointLoader.load_checkpoint(str(place), 'cpu')
    assert list(found) == ['state_dict', 'meta'] and found['meta'] == {}
    assert found['state_dict']['weight'].tolist() == [0, 1, 2]
    assert found['state_dict']._metadata[''].file == str(place)


@pytest.mark.parametrize('scheme', ['torchvision', 'open-mmlab', 'openmmlab', 'mmcls'])
def test_names_that_are_in_no_table(scheme, place):
    with pytest.raises(CheckpointError, match=f'{scheme}://nothing: there is no model'):
        CheckpointLoader.load_checkpoint(f'{scheme}://nothing')


def test_a_scheme_that_mmengine_gets_later(monkeypatch):
    """It is refused until it is read safely; one that somebody else registers is theirs."""
    later, foreign = (lambda filename, map_location: {} for _ in range(2))
    later.__module__, foreign.__module__ = 'mmengine.runner.checkpoint', 'somebody.code'
    added = {**CheckpointLoader._schemes, 'later://': later, 'foreign://': foreign}
    monkeypatch.setattr(CheckpointLoader, '_schemes', added)
    register_loaders()
    with pytest.raises(CheckpointError, match=re.escape('later://x: later:// is not read safely')):
        CheckpointLoader.load_checkpoint('later://x')
    assert CheckpointLoader._schemes['foreign://'] is foreign
