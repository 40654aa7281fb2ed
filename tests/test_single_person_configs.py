"""The configs of refiners: top-down networks of MMPose with the hourglass of this package."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from small_configs import find_all, make_small, train_step, write_dataset

from mmpose_ae.registry import DATASETS, MODELS

LEAVES = sorted(Path(__file__).resolve().parents[1].glob('configs/single_person/*/*.py'))


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def leaf(request):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield Config.fromfile(request.param)


def test_codec_size_and_batch_are_those_of_the_name(leaf, request):
    _, _, schedule, data = request.node.callspec.id.split('_', 3)
    sizes = {tuple(size) for size in find_all(leaf, 'input_size')}
    assert sizes == {tuple(map(int, data.split('-')[-1].split('x')))}
    decoder = leaf.model.head.decoder
    assert [*find_all(leaf.train_dataloader, 'encoder')] == [decoder]
    gpus, batch = map(int, schedule.split('-')[0].split('xb'))
    assert leaf.train_dataloader.batch_size == batch
    assert leaf.auto_scale_lr.base_batch_size == gpus * batch


def test_stacks_and_keypoints_are_those_of_the_network(leaf):
    with torch.device('meta'):
        model = MODELS.build(leaf.model)
    assert len(model.backbone.stacks) == leaf.model.head.get('num_stages', 1)
    number = {'CocoDataset': 17, 'MpiiDataset': 16}[leaf.train_dataloader.dataset.type]
    assert {layer.out_channels for layer in model.backbone.predictions} == {number}


def test_one_step_of_training_and_testing(leaf, tmp_path):
    codec = leaf.model.head.decoder
    for each in (codec, *find_all(leaf.train_dataloader, 'encoder')):
        each.update(input_size=(64, 64), heatmap_size=(16, 16))
    cfg = make_small(leaf)
    write_dataset(cfg, tmp_path)
    model = MODELS.build(cfg.model)
    assert 'loss_kpt' in train_step(cfg, model)
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model.eval()
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    with torch.no_grad():
        evaluator.process(model.test_step(pseudo_collate([dataset[0], dataset[1]])))
    assert all(0 <= value <= 1 or value == -1 for value in evaluator.evaluate(2).values())
