"""What ``tools/benchmark/memory.py`` measures, on the CPU; and that it needs a GPU to measure."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.cli.command_line import read_config
from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / 'tools'
BOXES = 'configs/cid/synth_crowd/cid-boxes_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py'
SEGMENTATION = 'projects/instance_segmentation/configs/synth_crowd'


@pytest.fixture
def memory(monkeypatch):
    """The tool, which is a script."""
    monkeypatch.syspath_prepend(str(TOOLS / 'benchmark'))
    return import_module('memory')


def test_a_step_of_training_and_a_prediction(memory, tiny_config):
    torch.manual_seed(0)
    cfg = Config.fromfile(tiny_config)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
        before = [parameter.detach().clone() for parameter in model.parameters()]
        losses = memory.training_step(cfg, model, batch_size=3)()
        (sample,) = memory.prediction(cfg, model)()
    assert {'loss_kpt', 'loss_pull', 'loss_push'} <= set(losses)
    assert all(loss.item() > 0 for loss in losses.values())
    assert any((b != a).any() for b, a in zip(before, model.parameters()))
    assert sample.pred_instances.keypoints.shape[1:] == (17, 2)


def test_a_prediction_keeps_nothing_for_a_way_back(memory, tiny_config):
    cfg = Config.fromfile(tiny_config)
    kept = []
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        predict = memory.prediction(cfg, MODELS.build(cfg.model))
        with torch.autograd.graph.saved_tensors_hooks(kept.append, lambda kept: None):
            predict()
    assert not kept


def test_people_of_training_have_boxes(memory):
    cfg = read_config(ROOT / BOXES, {})
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
        losses = memory.training_step(cfg, model, batch_size=1)()
    assert losses['loss/box'] > 0


@pytest.mark.parametrize(
    'path, kind',
    [
        ('configs/associative_embedding/synth_crowd/ae-clips_*.py', 'ConcatDataset'),
        ('configs/associative_embedding/posetrack18/ae-clips_*.py', 'ClipDataset'),
        (f'{SEGMENTATION}/seg_*.py', 'CocoInstanceDataset'),
        (f'{SEGMENTATION}/pose-masks_*.py', 'PoseMaskDataset'),
        ('configs/single_person/synth_crowd/refiner_*.py', 'CocoDataset'),
    ],
)
def test_data_of_other_kinds_are_named(memory, path, kind):
    (path,) = ROOT.glob(path)
    with pytest.raises(ValueError, match=f'whole images with keypoints .* not those of {kind}'):
        memory.check_data(read_config(path, {}).train_dataloader)


def test_data_of_a_bottom_up_config_are_taken(memory):
    memory.check_data(read_config(ROOT / BOXES, {}).train_dataloader)


@pytest.mark.skipif(torch.cuda.is_available(), reason='for machines without a GPU')
def test_without_a_gpu(memory, monkeypatch, tiny_config):
    monkeypatch.setattr(sys, 'argv', ['memory.py', str(tiny_config)])
    with pytest.raises(SystemExit, match='no GPU here') as end:
        memory.main()
    assert '\n' not in end.value.code


@pytest.mark.skipif(not torch.cuda.is_available(), reason='measured on a GPU')
def test_on_a_gpu(memory, monkeypatch, tiny_config, capsys):
    monkeypatch.setattr(sys, 'argv', ['memory.py', str(tiny_config), '--batch-size', '4'])
    memory.main()
    predicting, training = (
        float(line.split()[-2]) for line in capsys.readouterr().out.splitlines()
    )
    assert 0 < predicting < training
