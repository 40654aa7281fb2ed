"""Pictures of predictions: in the folder and of the samples that were asked for."""

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from tiny_crowd import write_tiny_crowd

from mmpose_ae.registry import HOOKS, MODELS


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def crowd(tmp_path):
    """A config of five images, and random weights."""
    config = write_tiny_crowd(tmp_path)
    checkpoint = tmp_path / 'weights.pth'
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(Config.fromfile(config).model)
    torch.save(model.state_dict(), checkpoint)
    return config, checkpoint


@pytest.mark.parametrize('interval, drawn', [(1, [0, 1, 2, 3, 4]), (2, [0, 2, 4]), (5, [0])])
@pytest.mark.parametrize('absolute', [False, True])
def test_testing(run_tool, crowd, tmp_path, interval, drawn, absolute):
    folder = tmp_path / 'seen' / 'here'
    where = folder if absolute else 'seen/here'
    work = ('--work-dir', tmp_path / 'run')
    run_tool('test', *crowd, *work, '--show-dir', where, '--interval', interval)
    assert names(folder) == [f'{index}_{index}.png' for index in drawn]
    assert cv2.imread(str(folder / '0_0.png')).shape[:2] == (64, 64)
    assert not list((tmp_path / 'run').rglob('*.png'))


def test_validation(run_tool, crowd, tmp_path):
    """5 images in batches of 2 are 3 iterations per epoch; it is validated after 6."""
    config, _ = crowd
    folder = tmp_path / 'seen'
    work = ('--work-dir', tmp_path / 'run')
    run_tool('train', config, *work, '--show-dir', folder, '--interval', 3)
    assert names(folder) == ['iter_6']
    assert names(folder / 'iter_6') == ['0_0.png', '3_3.png']
    assert not list((tmp_path / 'run').rglob('*.png'))


def test_nothing_is_drawn_unless_asked_for(run_tool, crowd, tmp_path):
    run_tool('test', *crowd, '--work-dir', tmp_path / 'run')
    assert not list((tmp_path / 'run').rglob('*.png'))


def test_pictures_go_to_the_backends_without_a_folder(run_tool, crowd, tmp_path, monkeypatch):
    config, checkpoint = crowd
    with config.open('a') as file:
        file.write('default_hooks["visualization"] = dict(enable=True, interval=2)\n')
    kept = []
    monkeypatch.setattr(
        'mmpose_ae.pictures.InstanceColorVisualizer.add_image',
        lambda self, name, image, step: kept.append((name, step)),
    )
    run_tool('test', config, checkpoint, '--work-dir', tmp_path / 'run')
    assert kept == [('test_img', step) for step in (0, 2, 4)]


@pytest.mark.filterwarnings('ignore:The show is True')
def test_windows(run_tool, crowd, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(
        'mmpose_ae.pictures.InstanceColorVisualizer.show',
        lambda self, image, win_name, wait_time: shown.append((win_name, wait_time)),
    )
    show = ('--show', '--wait-time', 0.5, '--interval', 4)
    run_tool('test', *crowd, '--work-dir', tmp_path / 'run', *show)
    assert shown == [('0.png', 0.5), ('4.png', 0.5)]


def test_the_interval_is_checked():
    with pytest.raises(
        ValueError, match='interval of pictures must be a whole number from 1 on, got 0'
    ):
        HOOKS.build(dict(type='PoseVisualizationHook', interval=0))
