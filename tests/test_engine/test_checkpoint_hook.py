"""There is always a whole checkpoint, whatever was just being written."""

import os
import sys
from pathlib import Path

import pytest
from mmengine.hooks import Hook

from mmpose_ae.checkpoints import load_from_local


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix == '.pth')


@pytest.mark.parametrize('keep', [1, 2, -1])
def test_the_same_files_as_mmengine_leaves(train, tmp_path, keep):
    train('ours', max_keep_ckpts=keep)
    train('theirs', max_keep_ckpts=keep, type='mmengine.CheckpointHook')
    assert files(tmp_path / 'ours') == files(tmp_path / 'theirs')
    for name in files(tmp_path / 'ours'):
        ours, theirs = (load_from_local(tmp_path / run / name) for run in ('ours', 'theirs'))
        for entry in ('keep_ckpt_ids', 'best_score'):
            info = [found['message_hub']['runtime_info'].get(entry) for found in (ours, theirs)]
            assert info[0] == info[1], (name, entry)
        assert ours['meta']['epoch'] == theirs['meta']['epoch']
    named = Path((tmp_path / 'ours/last_checkpoint').read_text())
    assert named == tmp_path / 'ours/epoch_3.pth'


@pytest.fixture
def operations(tmp_path):
    """What is done to the files of a run, with the checkpoints that are there before each."""
    seen, enabled = [], [True]

    def watch(event, arguments):
        if enabled[0] and event in ('os.rename', 'os.remove', 'open'):
            path = str(arguments[0])
            writes = event != 'open' or (arguments[1] or 'r')[0] in 'wa'
            if path.startswith(f'{tmp_path}/') and writes and '.pth' in path + 'last_checkpoint':
                names = files(tmp_path / 'run') if (tmp_path / 'run').exists() else []
                seen.append((event, os.path.basename(path), names))

    sys.addaudithook(watch)
    yield seen
    enabled[0] = False


def test_no_file_is_written_in_place_or_removed_too_early(train, operations):
    """With one checkpoint to keep, and a best one in every epoch."""
    train(max_keep_ckpts=1)
    written = [name for event, name, _ in operations if event == 'open']
    assert not [n for n in written if n.endswith('.pth') or n == 'last_checkpoint']
    removed = {name: there for event, name, there in operations if event == 'os.remove'}
    assert removed.keys() == {
        *('epoch_1.pth', 'epoch_2.pth'),
        *('best_score_epoch_1.pth', 'best_score_epoch_2.pth'),
    }
    for name, there in removed.items():
        epoch = int(name[-len('1.pth')])
        assert name.replace(str(epoch), str(epoch + 1)) in there


class StopAt(Hook):
    """Fill the disk when the second epoch is saved."""

    def before_save_checkpoint(self, runner, checkpoint):
        if checkpoint['meta']['epoch'] == 2:
            checkpoint['much'] = Full()


class Full:
    """Cannot be written."""

    def __reduce__(self):
        raise OSError(28, 'No space left on device')


def test_a_checkpoint_that_cannot_be_written_damages_no_other(train, tmp_path):
    with pytest.raises(OSError, match='No space left'):
        train(max_keep_ckpts=1, hooks=[StopAt()])
    assert files(tmp_path / 'run') == ['best_score_epoch_1.pth', 'epoch_1.pth']
    assert load_from_local(tmp_path / 'run/epoch_1.pth')['meta']['epoch'] == 1
    assert (tmp_path / 'run/last_checkpoint').read_text().endswith('epoch_1.pth')


def test_a_full_disk_is_named(train, tmp_path, monkeypatch):
    real = os.fsync

    def full(descriptor):
        if os.readlink(f'/proc/self/fd/{descriptor}').endswith('epoch_2.pth.partial'):
            raise OSError(28, 'No space left on device')
        real(descriptor)

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match=r"No space left on device: '.*run/epoch_2\.pth'"):
        train(max_keep_ckpts=1)
    assert files(tmp_path / 'run') == ['best_score_epoch_1.pth', 'epoch_1.pth']
    assert not list((tmp_path / 'run').glob('*.partial'))


def test_partial_files_of_a_killed_run_are_removed(train, tmp_path):
    (tmp_path / 'run').mkdir()
    (tmp_path / 'run/epoch_7.pth.partial').write_bytes(b'half')
    (tmp_path / 'elsewhere/run').mkdir(parents=True)
    (tmp_path / 'elsewhere/run/epoch_7.pth.partial').write_bytes(b'half')
    train(loop=dict(by_epoch=True, max_epochs=1), out_dir=str(tmp_path / 'elsewhere'))
    assert not list(tmp_path.rglob('*.partial'))
    assert files(tmp_path / 'elsewhere/run') == ['best_score_epoch_1.pth', 'epoch_1.pth']


def test_other_storage_is_left_to_mmengine(train, tmp_path):
    train(loop=dict(by_epoch=True, max_epochs=1), backend_args=dict(backend='local'))
    assert files(tmp_path / 'run') == ['best_score_epoch_1.pth', 'epoch_1.pth']
