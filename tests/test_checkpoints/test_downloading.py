"""Downloads: by address, with the hash in their names, whole or not at all."""

import hashlib
from pathlib import Path

import pytest
import torch
from mmengine.runner import CheckpointLoader
from serving import serve

from mmpose_ae.checkpoints import CheckpointError, load_from_http
from mmpose_ae.checkpoints.downloading import HASH, cache_path


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A local server of a folder, with what it was asked for; downloads go to another folder."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    folder = tmp_path / 'served'
    with serve(folder) as (address, asked):
        yield address, folder, asked


def publish(path, number):
    """Write a checkpoint; gives the SHA-256 of the file."""
    path.parent.mkdir(exist_ok=True)
    torch.save({'weight': torch.tensor(number)}, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kept(tmp_path):
    return [path.name for path in (tmp_path / 'home').rglob('*') if path.is_file()]


def test_two_files_of_one_name_are_two(server):
    address, folder, asked = server
    for number in (1, 2):
        publish(folder / str(number) / 'epoch_1.pth', number)
    for _ in range(2):
        for number in (1, 2):
            found = CheckpointLoader.load_checkpoint(f'{address}/{number}/epoch_1.pth', 'cpu')
            assert found['state_dict']['weight'] == number
    assert len(asked) == 2  # the second time they are there


@pytest.mark.parametrize('name', ['net-{}_20200713.pth', 'net_20200713-{}.pth', 'net-{}.pth.tar'])
def test_the_hash_in_a_name(server, tmp_path, name):
    address, folder, asked = server
    digest = publish(folder / 'right', 1)
    right, wrong = name.format(digest[:8]), name.format('0123abcd')
    (folder / right).write_bytes((folder / 'right').read_bytes())
    (folder / wrong).write_bytes((folder / 'right').read_bytes())
    assert load_from_http(f'{address}/{right}')['weight'] == 1
    with pytest.raises(CheckpointError, match=rf'{wrong} cannot be downloaded: invalid hash'):
        load_from_http(f'{address}/{wrong}')
    assert kept(tmp_path) == [right]
    cache_path(f'{address}/{right}').write_bytes(b'damaged')
    assert load_from_http(f'{address}/{right}')['weight'] == 1
    assert asked.count(f'/{right}') == 2


def test_what_pytorch_has_downloaded_is_used_if_its_hash_is_right(server, tmp_path):
    address, folder, asked = server
    earlier = tmp_path / 'home/hub/checkpoints'
    earlier.mkdir(parents=True)
    digest = publish(earlier / 'net.pth', 1)
    (earlier / 'net.pth').rename(earlier / f'net-{digest[:8]}.pth')
    assert load_from_http(f'{address}/net-{digest[:8]}.pth')['weight'] == 1
    assert asked == []
    publish(earlier / 'plain.pth', 1)
    publish(folder / 'plain.pth', 2)
    assert load_from_http(f'{address}/plain.pth')['weight'] == 2


@pytest.mark.parametrize(
    'name, expected',
    [
        ('higher_hrnet32_coco_512x512-8ae85183_20200713.pth', '8ae85183'),
        ('mobilenet_v2_batch256_imagenet_20200708-3b2dcb2b.pth', '3b2dcb2b'),
        ('hrnet_w32-36af842e.pth', '36af842e'),
        ('resnet18-5c106cde.pth', '5c106cde'),
        ('hourglass-20210920.pth', None),
        ('pose_ae_train.pth.tar', None),
        ('epoch_300.pth', None),
        ('fast-decoder.pth', None),
    ],
)
def test_which_part_of_a_name_is_a_hash(name, expected):
    found = HASH.search(name)
    assert (found and found[1]) == expected


def test_a_cut_off_download_is_not_kept(server, tmp_path):
    address, folder, _ = server
    publish(folder / 'cut.pth', 1)
    whole = (folder / 'cut.pth').read_bytes()
    (folder / 'cut.pth').write_bytes(whole[:-100])
    with pytest.raises(CheckpointError, match=rf'{address}/cut\.pth: .*as a whole'):
        load_from_http(f'{address}/cut.pth')
    assert kept(tmp_path) == []
    (folder / 'cut.pth').write_bytes(whole)
    assert load_from_http(f'{address}/cut.pth')['weight'] == 1


def test_addresses_where_nothing_is(server, tmp_path):
    address, _, _ = server
    for wrong in (f'{address}/nothing.pth', 'http://127.0.0.1:9/nothing.pth'):
        with pytest.raises(CheckpointError, match=rf'{wrong} cannot be downloaded'):
            load_from_http(wrong)
    assert kept(tmp_path) == []


def test_the_first_process_of_a_machine_downloads(server, monkeypatch):
    """The others wait for it, and say what is missing if it failed."""
    address, folder, asked = server
    publish(folder / 'shared.pth', 1)
    monkeypatch.setenv('LOCAL_RANK', '1')
    waits = []

    def first_process():
        waits.append(list(asked))
        Path(cache_path(f'{address}/shared.pth')).parent.mkdir(parents=True)
        publish(cache_path(f'{address}/shared.pth'), 1)

    monkeypatch.setattr('mmpose_ae.checkpoints.downloading.barrier', first_process)
    assert load_from_http(f'{address}/shared.pth')['weight'] == 1
    assert waits == [[]] and asked == []
    monkeypatch.setattr('mmpose_ae.checkpoints.downloading.barrier', lambda: None)
    with pytest.raises(CheckpointError, match=rf'{address}/other\.pth was not downloaded'):
        load_from_http(f'{address}/other.pth')
