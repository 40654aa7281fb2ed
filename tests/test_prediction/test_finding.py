"""Which config and which weights: by name with a download, by file, or the newest run."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from serving import serve

from mmpose_ae import Predictor
from mmpose_ae.checkpoints import CheckpointError, cache_path
from mmpose_ae.prediction import finding
from mmpose_ae.prediction.finding import find_model
from mmpose_ae.prediction.zoo import list_models


@pytest.fixture
def zoo(small_model, tmp_path, monkeypatch):
    """A zoo of one model whose weights are published by a server of ours under any name."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    entry = list_models()[0]._replace(name='small', config='small.py')
    monkeypatch.setattr(finding, 'config_path', lambda entry: small_model.config)
    with serve(tmp_path / 'served') as (address, asked):

        def publish(name, content):
            (tmp_path / 'served' / name).write_bytes(content)
            weights = f'{address}/{name}'
            monkeypatch.setattr(finding, 'list_models', lambda: [entry._replace(weights=weights)])
            return weights

        publish.asked = asked
        yield publish


@pytest.fixture
def content(small_model):
    return small_model.checkpoint.read_bytes()


def hash_of(content):
    return hashlib.sha256(content).hexdigest()[:8]


def test_a_name_is_downloaded_once(zoo, content):
    weights = zoo(f'small-{hash_of(content)}.pth', content)
    for _ in range(2):
        predictor = Predictor('small', device='cpu')
    assert predictor.name == 'small'
    assert len(zoo.asked) == 1
    assert cache_path(weights).is_file()


@pytest.mark.parametrize('name, length, reason', [
    ('small-0123abcd.pth', None, 'invalid hash value'),
    ('cut-{}.pth', 1000, 'invalid hash value'),
    ('cut.pth', 1000, 'was it written or downloaded as a whole'),
])  # fmt: skip
def test_a_download_that_is_not_whole_says_address_and_place(zoo, content, name, length, reason):
    weights = zoo(name.format(hash_of(content)), content[:length])
    with pytest.raises(CheckpointError, match=reason) as raised:
        Predictor('small', device='cpu')
    for part in (weights, str(cache_path(weights))):
        assert part in str(raised.value)
    assert not cache_path(weights).exists()


def test_no_network_says_address_and_place(zoo, content, monkeypatch):
    weights = zoo('small.pth', content)

    def refuse(*args, **kwargs):
        raise OSError('Network is unreachable')

    monkeypatch.setattr('torch.hub.urlopen', refuse)
    with pytest.raises(CheckpointError, match='Network is unreachable') as raised:
        Predictor('small', device='cpu')
    assert weights in str(raised.value)
    assert f'put the file at {cache_path(weights)}' in str(raised.value)
    cache_path(weights).write_bytes(content)
    assert Predictor('small', device='cpu').name == 'small'


def test_names_that_are_not_known_are_told_close_ones():
    known = next(entry.name for entry in list_models() if entry.weights)
    with pytest.raises(ValueError, match=rf'no model {known[:-1]}; did you mean .*{known}'):
        find_model(known[:-1])
    with pytest.raises(ValueError, match=rf'no model {known[3:-3]}; did you mean .*{known}'):
        find_model(known[3:-3])
    with pytest.raises(ValueError, match=r'no model qqq \(mmpose-ae models lists all\)'):
        find_model('qqq')


def test_names_without_weights_are_not_proposed():
    with pytest.raises(ValueError, match='did you mean') as raised:
        find_model('ae_higherhrnet-w32')
    unpublished = [entry.name for entry in list_models() if not entry.weights]
    assert not {*str(raised.value).split()} & {*unpublished, *(name + '?' for name in unpublished)}


def test_weights_are_no_model(small_model):
    with pytest.raises(ValueError, match=r'small\.pth is no config, which ends in \.py'):
        find_model(small_model.checkpoint)


def test_what_has_no_weights_says_so(small_model):
    unpublished = next(entry.name for entry in list_models() if not entry.weights)
    with pytest.raises(ValueError, match=f'{unpublished} has no published weights: give a chec'):
        find_model(unpublished)
    with pytest.raises(ValueError, match='small has no published weights'):
        find_model(small_model.config)
    with pytest.raises(ValueError, match=r'small\.pth needs the config that it was trained with'):
        find_model(checkpoint=small_model.checkpoint)


def test_files_that_are_missing_are_named(small_model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.py'):
        find_model(tmp_path / 'absent.py', small_model.checkpoint)
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        Predictor(small_model.config, tmp_path / 'absent.pth', device='cpu')
    (tmp_path / 'broken.pth').write_bytes(b'no weights')
    with pytest.raises(CheckpointError, match=r'broken\.pth'):
        Predictor(small_model.config, tmp_path / 'broken.pth', device='cpu')


def test_weights_of_another_network_are_refused(small_model, tmp_path):
    torch.save(dict(state_dict={'other.weight': torch.zeros(1)}), tmp_path / 'other.pth')
    with pytest.raises(CheckpointError, match=r'other\.pth'):
        Predictor(small_model.config, tmp_path / 'other.pth', device='cpu')


def test_a_config_may_be_read_already(small_model):
    found = find_model(Config.fromfile(small_model.config), small_model.checkpoint)
    assert (found.name, found.checkpoint) == ('small', str(small_model.checkpoint))
    assert find_model(Config(dict(model=dict())), small_model.checkpoint).name == 'config'


def make_run(small_model, name, *checkpoints):
    """A folder as training leaves it; each file is a minute younger than the one before."""
    folder = Path('work_dirs', name)
    folder.mkdir(parents=True)
    shutil.copy(small_model.config, folder / f'{name}.py')
    for checkpoint, age in checkpoints:
        shutil.copy(small_model.checkpoint, folder / checkpoint)
        os.utime(folder / checkpoint, (1e9 - 60 * age,) * 2)
    return folder


def test_the_newest_run_is_the_one_with_the_newest_checkpoint(
    small_model, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match='no run with a checkpoint below .*work_dirs: name a mod'):
        find_model()
    make_run(small_model, 'old', ('epoch_1.pth', 5), ('epoch_2.pth', 4))
    make_run(small_model, 'new', ('epoch_9.pth', 3), ('epoch_10.pth', 2), ('best_AP.pth', 1))
    make_run(small_model, 'begun')
    found = find_model()
    assert found.name == 'new'
    assert found.checkpoint == str(tmp_path / 'work_dirs/new/epoch_10.pth')
    assert 'the newest run is work_dirs/new: epoch_10.pth' in capsys.readouterr().out


def test_configs_of_projects_import_what_is_beside_the_user(small_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'path', list(sys.path))
    (tmp_path / 'my_extension_of_predict.py').write_text('')
    text = small_model.config.read_text()
    imports = "custom_imports = dict(imports=['my_extension_of_predict'])\n"
    (tmp_path / 'mine.py').write_text(f'{text}\n{imports}')
    assert find_model('mine.py', small_model.checkpoint).name == 'mine'
