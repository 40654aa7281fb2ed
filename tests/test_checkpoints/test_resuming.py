"""From which checkpoint a run goes on."""

import os

import pytest
import torch
from mmengine.config import Config

from mmpose_ae.checkpoints import (
    CheckpointError,
    describe_progress,
    find_intact_checkpoint,
    list_checkpoints,
    load_resumable,
    resume_newest,
)


def saved(**changes):
    """What a run goes on with."""
    hub = dict(log_scalars={}, runtime_info={}, resumed_keys={})
    weights = dict(weight=torch.ones(3))
    meta = dict(epoch=1, iter=2)
    return {**dict(meta=meta, state_dict=weights, message_hub=hub, optimizer={}), **changes}


@pytest.fixture
def folder(tmp_path):
    """Checkpoints of three epochs, and what else lies there."""
    for epoch in (2, 10, 1):
        write(tmp_path, f'epoch_{epoch}.pth', epoch)
    write(tmp_path, 'best_AP_epoch_10.pth', 11)
    write(tmp_path, 'pretrained.pth', 12)
    (tmp_path / 'epoch_11.pth.partial').touch()
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_10.pth'))
    return tmp_path


def write(folder, name, time, content=None):
    torch.save(saved() if content is None else content, folder / name)
    os.utime(folder / name, (time, time))


def config(folder, **hook):
    model = dict(init_cfg=dict(type='Pretrained', checkpoint='detector.pth'))
    return Config(dict(work_dir=str(folder), model=model, default_hooks=dict(checkpoint=hook)))


def names(paths):
    return [os.path.basename(path) for path in paths]


def test_the_newest_is_first_and_others_are_none_of_the_run(folder):
    assert names(list_checkpoints(config(folder))) == ['epoch_10.pth', 'epoch_2.pth', 'epoch_1.pth']
    write(folder, 'epoch_2.pth', 20)  # a later run in the same folder, begun anew
    assert names(list_checkpoints(config(folder)))[0] == 'epoch_2.pth'
    for epoch in (9, 10):
        write(folder, f'epoch_{epoch}.pth', 30)
    assert names(list_checkpoints(config(folder)))[:2] == ['epoch_10.pth', 'epoch_9.pth']


@pytest.mark.parametrize(
    'pointer', [None, '', '\0\0\0', 'epoch_99.pth', 'nowhere/epoch_3.pth', '.', 'x' * 5000]
)
def test_the_pointer_need_not_be_right(folder, pointer):
    if pointer is None:
        (folder / 'last_checkpoint').unlink()
    else:
        (folder / 'last_checkpoint').write_text(pointer)
    assert find_intact_checkpoint(config(folder)) == str(folder / 'epoch_10.pth')


def test_names_and_folders_of_the_config(folder):
    write(folder, 'step-7.ckpt', 20)
    hook = dict(filename_tmpl='step-{}.ckpt')
    assert names(list_checkpoints(config(folder, **hook))) == ['step-7.ckpt', 'epoch_10.pth']
    elsewhere = folder / 'elsewhere' / folder.name
    elsewhere.mkdir(parents=True)
    write(elsewhere, 'epoch_11.pth', 40)
    found = find_intact_checkpoint(config(folder, out_dir=str(folder / 'elsewhere')))
    assert found == str(elsewhere / 'epoch_11.pth')
    (folder / 'last_checkpoint').write_text(str(elsewhere / 'epoch_11.pth'))
    assert find_intact_checkpoint(config(folder)) == found
    (folder / 'last_checkpoint').write_text('s3://bucket/epoch_3.pth')
    assert list_checkpoints(config(folder)) == ['s3://bucket/epoch_3.pth']


DAMAGE = {
    'cut off': lambda path: path.write_bytes(path.read_bytes()[:-200]),
    'empty': lambda path: path.write_bytes(b''),
    'zeros': lambda path: path.write_bytes(bytes(path.stat().st_size)),
    'without an optimizer': lambda path: write(path.parent, path.name, 1, saved(optimizer=None)),
    'weights alone': lambda path: write(path.parent, path.name, 1, dict(weight=torch.ones(1))),
    'not finite': lambda path: write(
        path.parent, path.name, 1, saved(state_dict=dict(weight=torch.tensor(torch.nan)))
    ),
}


@pytest.mark.parametrize('damage', DAMAGE)
def test_damaged_ones_are_passed_over_and_named(folder, damage, capsys):
    for name in ('epoch_10.pth', 'epoch_2.pth'):
        DAMAGE[damage](folder / name)
        os.utime(folder / name, (50, 50))
    assert find_intact_checkpoint(config(folder)) == str(folder / 'epoch_1.pth')
    printed = capsys.readouterr().out
    for name in ('epoch_10.pth', 'epoch_2.pth'):
        assert f'passed over to resume: {folder}/{name}' in printed
    assert f'resumes from {folder}/epoch_1.pth' in printed


def test_nothing_is_begun_anew_over_damaged_checkpoints(folder):
    for epoch in (1, 2, 10):
        (folder / f'epoch_{epoch}.pth').write_bytes(b'')
    with pytest.raises(CheckpointError) as error:
        find_intact_checkpoint(config(folder))
    assert all(f'epoch_{epoch}.pth' in str(error.value) for epoch in (1, 2, 10))


def test_a_run_without_a_checkpoint_begins(tmp_path, capsys):
    for work_dir in (tmp_path, tmp_path / 'nothing'):
        cfg = config(work_dir)
        cfg.load_from = 'detector.pth'
        assert not resume_newest(cfg)
        assert cfg.load_from == 'detector.pth' and not cfg.resume and cfg.model.init_cfg
        said = capsys.readouterr().out
        assert said.strip() == f'no checkpoint in {work_dir} yet: training begins anew'


def test_a_run_goes_on(folder, capsys):
    cfg = config(folder)
    assert resume_newest(cfg)
    assert f'resumes from {folder}/epoch_10.pth' in capsys.readouterr().out.splitlines()
    assert cfg.load_from == str(folder / 'epoch_10.pth') and cfg.resume
    assert cfg.model.init_cfg is None  # all weights are in the checkpoint


@pytest.mark.parametrize('by_epoch, done', [(True, 'epoch 1'), (False, 'iteration 2')])
def test_what_a_stopped_run_goes_on_from(folder, by_epoch, done):
    cfg = config(folder)
    cfg.train_cfg = dict(by_epoch=by_epoch)
    DAMAGE['cut off'](folder / 'epoch_10.pth')
    assert describe_progress(cfg) == f'--resume goes on after {done}, from {folder}/epoch_2.pth'


@pytest.mark.parametrize(
    'changes, lacking',
    [
        (dict(meta={}), r'meta\.epoch, meta\.iter'),
        (dict(meta=dict(epoch='1', iter=2)), r'no meta\.epoch to'),
        (dict(message_hub='text'), r'message_hub, message_hub\.log_scalars'),
        (dict(message_hub=dict(log_scalars={}, runtime_info={})), r'message_hub\.resumed_keys'),
        (dict(optimizer=None), 'optimizer'),
    ],
)
def test_what_is_lacking_is_named(tmp_path, changes, lacking):
    torch.save(saved(**changes), tmp_path / 'some.pth')
    with pytest.raises(CheckpointError, match=rf'some\.pth has .*{lacking}'):
        load_resumable(tmp_path / 'some.pth')


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'some\.pth'):
        load_resumable(tmp_path / 'some.pth')
