"""Every printed script runs as it is printed, where the files that it names are there.

Networks find nobody or what is known; pages of ``TESTED`` have tests of their own.
"""

import re
from types import SimpleNamespace

import cv2
import exported_files
import numpy as np
import pytest
import torch
from documents import BLOCKS, ROOT, is_script
from mmengine.config import Config
from mmengine.registry import DefaultScope, Registry
from mmpose.datasets.datasets.utils import parse_pose_metainfo

from mmpose_ae.grouping import Poses
from mmpose_ae.registry import MODELS
from mmpose_ae.tracking import Tracker

COCO = parse_pose_metainfo(dict(from_file='configs/_base_/datasets/coco.py'))
NAMES = [COCO['keypoint_id2name'][k] for k in range(17)]
TINY = 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
SCRIPTS = [block for block in BLOCKS if is_script(block) and not block.needs]
PICTURES = ('photos/1.png', 'people.jpg', 'data/synth_crowd/val/000001.jpg')


def write_demo(run):
    """A run of the demo's network, whose weights are 0."""
    cfg = Config.fromfile(ROOT / 'configs/associative_embedding/synth_crowd' / TINY)
    cfg.dump(run / TINY)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    weights = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    torch.save(dict(state_dict=weights, meta=dict(dataset_meta=COCO)), run / 'epoch_7.pth')
    (run / 'last_checkpoint').write_text(str(run / 'epoch_7.pth'))


@pytest.fixture
def folder(tmp_path, monkeypatch, perfect_model):
    """Where the files are that scripts name."""
    monkeypatch.chdir(tmp_path)
    for name in ('photos', 'data/synth_crowd/val', 'work_dirs/demo', 'predicted'):
        (tmp_path / name).mkdir(parents=True)
    for name in PICTURES:
        cv2.imwrite(name, np.full((64, 96, 3), 200, np.uint8))
    (tmp_path / 'CONFIG.py').write_bytes(perfect_model.config.read_bytes())
    (tmp_path / 'epoch_300.pth').write_bytes(perfect_model.checkpoint.read_bytes())
    for name in ('people.onnx', 'out.onnx'):
        exported_files.write_file(tmp_path / name)
    torch.save(dict(state_dict=dict(weight=torch.ones(2))), 'IN')
    write_demo(tmp_path / 'work_dirs/demo')
    return tmp_path


def given():
    """What scripts take as given: two frames, and somebody in each."""
    people = Poses(np.full((1, 17, 2), 9.0), np.ones((1, 17)), np.ones(1))
    frames = [SimpleNamespace(image_id=k, file_name=f'{k}.jpg') for k in (1, 2)]
    return dict(
        np=np,
        TASK_UTILS=Registry('tried'),
        image=np.full((64, 64, 3), 255, np.uint8),
        model=SimpleNamespace(dataset_meta=COCO),
        predictions=[people, people],
        truth=SimpleNamespace(name='1', frames=frames),
        tracker=Tracker(sigmas=COCO['sigmas']),
        keypoint_names=NAMES,
    )


@pytest.mark.parametrize('block', SCRIPTS, ids=str)
def test_a_script_runs(block, folder):
    if 'openvino' in block.text:
        pytest.importorskip('openvino')
    names = given()
    exec(compile(block.text, block.document, 'exec'), names)
    for name in re.findall(r'^(\w+) = ', block.text, re.M):
        assert names[name] is not None


def test_there_are_scripts():
    assert len(SCRIPTS) > 8
