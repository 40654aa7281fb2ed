"""Rows of networks that people take instead: what they read, how long they train, their people."""

import json
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.synth_crowd import generate

TOOLS = Path(__file__).resolve().parents[2] / 'tools/benchmark'
SWITCHED = 'YOLOXPoseModeSwitchHook', 'RTMOModeSwitchHook'


@pytest.fixture(autouse=True)
def on_path(monkeypatch):
    """The parts import each other as scripts do."""
    monkeypatch.syspath_prepend(str(TOOLS))


def make_run(folder, method, **form):
    configs = import_module('method_configs')
    return configs.Run(method, 'overlapping', 3, configs.Form(**form), Path(folder))


def write_row_of_ae(run, minutes):
    path = replace(run, method='ae').row_file
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(dict(minutes=minutes)))


def person(**changes):
    """Of a box in the middle of 20 x 10 pixels, with one keypoint."""
    keypoints = [5, 5, 2, *([0] * 48)]
    return dict(iscrowd=0, num_keypoints=1, bbox=[4, 2, 8, 4], keypoints=keypoints, **changes)


def test_labels_of_yolo_by_hand():
    label_lines = import_module('yolo_runs').label_lines
    image = dict(width=20, height=10)
    crowd, nobody = dict(person(), iscrowd=1), dict(person(), num_keypoints=0)
    line = label_lines(image, [crowd, person(), nobody])
    assert line == '0 0.4 0.4 0.4 0.4 0.25 0.5 2' + 48 * ' 0' + '\n'
    assert label_lines(image, []) == ''


def test_files_of_yolo(tmp_path):
    """Every image has its labels where ultralytics looks for them."""
    root = tmp_path / 'data'
    for split in ('train', 'val'):
        (root / split).mkdir(parents=True)
        (root / split / '7.jpg').touch()
        images = [dict(id=7, file_name='7.jpg', width=20, height=10)]
        path = root / f'annotations/{split}.json'
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(dict(images=images, annotations=[person(image_id=7)])))
    yolo = import_module('yolo_runs')
    for _ in range(2):  # an interrupted run writes them again
        described = json.loads(yolo.write_labels(root, tmp_path / 'run', [1, 0]).read_text())
    for split in ('train', 'val'):
        (image,) = Path(described['path'], described[split]).read_text().split()
        assert Path(image).exists()
        labels = Path(image.replace('/images/', '/labels/')).with_suffix('.txt')
        assert labels.read_text().startswith('0 0.4 0.4')
    assert described['flip_idx'] == [1, 0]


def test_peers_train_as_long_as_ae(tmp_path):
    peers, run = import_module('peer_runs'), make_run(tmp_path, 'yolo11n-pose')
    with pytest.raises(SystemExit, match='ae_overlapping_seed3/row.json'):
        peers.seconds_of_ae(run)
    write_row_of_ae(run, 15)
    assert peers.seconds_of_ae(run) == 900


def test_ultralytics_leaves_the_threads_alone(monkeypatch):
    """It sets them to its number whenever it runs; by default that of the cores, less one."""
    utils = SimpleNamespace(NUM_THREADS=7)
    parts = {
        'ultralytics': SimpleNamespace(YOLO='yolo'),
        'ultralytics.utils': SimpleNamespace(torch_utils=utils),
        'ultralytics.utils.nms': SimpleNamespace(TorchNMS=SimpleNamespace(nms=None)),
        'torchvision': SimpleNamespace(),
    }
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, name, part)
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 3)
    assert import_module('yolo_runs').import_yolo() == 'yolo'
    assert utils.NUM_THREADS == 3


def test_people_of_yolo():
    """As heads give them; nobody, too."""
    to_instances = import_module('yolo_runs').to_instances
    for people in (2, 0):
        boxes = SimpleNamespace(xyxy=torch.zeros(people, 4), conf=torch.arange(people) / 4)
        keypoints = SimpleNamespace(data=torch.rand(people, 17, 3))
        found = to_instances(SimpleNamespace(keypoints=keypoints, boxes=boxes))
        assert len(found) == people and found.keypoints.shape == (people, 17, 2)
        np.testing.assert_array_equal(found.keypoint_scores, keypoints.data[..., 2])


def test_rtmo_has_its_own_config_at_our_size(tmp_path):
    peers, rtmo = import_module('peers'), import_module('rtmo_runs')
    own = Config.fromfile(peers.CONFIGS['rtmo-t'])
    cfg = rtmo.make_config(make_run(tmp_path, 'rtmo-t', side=208), 3)
    resized = cfg.train_dataloader, cfg.test_dataloader, cfg.custom_hooks, cfg.model
    assert '416' in str(own.train_dataloader) and '416' not in str(resized)
    assert cfg.model.data_preprocessor.batch_augments[0].random_size_range == [160, 320]  # a half
    assert 'https' in str(own.model) and 'https' not in str(cfg.model)  # weights of YOLOX
    assert cfg.model.head == own.model.head and cfg.optim_wrapper == own.optim_wrapper
    assert [step.type for step in cfg.train_dataloader.dataset.pipeline] == [
        step.type for step in own.train_pipeline_stage1
    ]
    assert cfg.train_dataloader.dataset.data_root == str(tmp_path / 'data/overlapping')
    assert (cfg.train_dataloader.batch_size, cfg.randomness) == (8, dict(seed=3))


@pytest.mark.parametrize(
    'epochs, plain, proxies', [(600, 20, 280), (60, 2, 28), (3, 0, 2), (1, 0, 1)]
)
def test_rtmo_switches_as_early_as_in_its_600_epochs(tmp_path, epochs, plain, proxies):
    """MMPose's first hook takes 0 for the last epoch; one epoch alone has no second part."""
    cfg = import_module('rtmo_runs').make_config(make_run(tmp_path, 'rtmo-t', train=20), epochs)
    first, second = cfg.custom_hooks[:2]
    assert (first.type, second.type) == SWITCHED
    assert first.num_last_epochs == plain and list(second.epoch_attributes) == [proxies]
    warm_up, cosine = cfg.param_scheduler
    assert warm_up.end == cosine.begin
    assert cosine.end == epochs * 3 and cosine.T_max == cosine.end - cosine.begin


def test_an_epoch_of_rtmo_is_timed_by_some_images(tmp_path, monkeypatch):
    """3 seconds for 160 of 320 pictures are 6 for all; what comes before takes no time."""
    rtmo, now, hooks, configs = import_module('rtmo_runs'), [100.0], [], []

    def train():
        now[0] += 50  # what is built before the epoch
        hooks[0].before_train_epoch(None)
        now[0] += 3
        hooks[0].after_train_epoch(None)

    runner = SimpleNamespace(register_hook=hooks.append, train=train)
    monkeypatch.setattr(rtmo, 'clock', lambda: now[0])
    monkeypatch.setattr(rtmo, '_start', lambda cfg: configs.append(cfg) or runner)
    assert rtmo.time_epoch(make_run(tmp_path, 'rtmo-t', train=320), {}) == 6
    assert configs[0].train_dataloader.dataset.indices == 160


def test_the_row_of_rtmo(tmp_path):
    """Trained on four pictures, it finds nobody; whoever it finds is in pixels of the picture."""
    peers = import_module('peer_runs')
    run = make_run(tmp_path, 'rtmo-t', train=4, val=2, side=64)
    generate(run.data_root, dict(train=4, val=2), import_module('method_configs').DATA[run.data])
    write_row_of_ae(run, 0.001)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):  # RTMO's runner leaves MMPose's
        row = peers.measure_peer(run)
        find = import_module('rtmo_runs').FindPeople(run, -1.0)
        people = find(np.zeros((128, 256, 3), np.uint8))
    assert row['AP'] == 0 and row['minutes'] > 0 and row['parameters_m'] > 1
    assert people.keypoints.shape[1:] == (17, 2) and people.keypoints[..., 0].max() > 64
