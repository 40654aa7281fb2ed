"""Every config of the project: consistent, buildable, able to train and to test."""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from small_configs import evaluate, find_all, make_small, train_step, write_dataset

from mmpose_ae.registry import DATASETS, MODELS

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
LEAVES = sorted(CONFIGS.glob('[!_]*/*.py'))
TRAINED = [path for path in LEAVES if path.parent.name != 'ochuman']
# Others differ from one of these in a number or an order, which test_unrolling.py varies, or join
# what two of them have.
NUMBERS = (
    r'-(chunk\d|esgd|loop3|\dlayers|random|confidence|inverse|canonical)[-_]'
    r'|-(known|seeds)-context_|_1xb1-2e_'
)
STEPPED = [path for path in TRAINED if not re.search(NUMBERS, path.stem)]
RECURRENT = [path for path in LEAVES if path.stem.startswith('recurrent')]
OCHUMAN = [path for path in LEAVES if path.parent.name == 'ochuman']


@cache
def read(path):
    """A config, read once."""
    return Config.fromfile(path)


def load(path):
    """A copy of a config, in its own scope."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield deepcopy(read(path))


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def leaf(request):
    """Any config, as shipped."""
    yield from load(request.param)


@pytest.fixture(params=TRAINED, ids=lambda path: path.stem)
def trained(request):
    """A config that trains."""
    yield from load(request.param)


@pytest.fixture(params=STEPPED, ids=lambda path: path.stem)
def stepped(request):
    """A config that trains by other means than the others."""
    yield from load(request.param)


@pytest.fixture(params=RECURRENT, ids=lambda path: path.stem)
def recurrent(request):
    """A config of the recurrent networks."""
    yield from load(request.param)


@pytest.fixture(params=OCHUMAN, ids=lambda path: path.stem)
def ochuman(request):
    """A config that is tested on OCHuman."""
    yield from load(request.param)


def make_tiny(cfg):
    """A small input, a narrow backbone, few hidden maps and steps."""
    cfg = make_small(cfg)
    if 'unroller' in cfg.model.head:
        unroller = cfg.model.head.unroller
        unroller.max_instances = 3
        for name in {'lstm', 'second_lstm'} & set(unroller):
            unroller[name].hidden_channels = 8
    return cfg


def test_one_codec(leaf):
    """It stands in the head alone, which makes the targets with it."""
    assert list(find_all(leaf, 'decoder')) == [leaf.model.head.decoder]
    assert not [*find_all(leaf, 'encoder'), *find_all(leaf, 'codec')]
    assert 'GenerateTarget' not in find_all(leaf, 'type')


def test_one_input_size(leaf, request):
    sizes = set(find_all([leaf.train_dataloader, leaf.val_dataloader], 'input_size'))
    width, height = request.node.callspec.id.split('-')[-1].split('x')
    assert sizes == {(int(width), int(height))}
    assert set(find_all(leaf.test_dataloader, 'input_size')) == sizes


def test_the_name_tells_batch_and_epochs(trained, request):
    name = request.node.callspec.id
    gpus, batch, epochs = map(int, re.search(r'_(\d+)xb(\d+)-(\d+)e_', name).groups())
    assert trained.train_dataloader.batch_size == batch
    assert trained.auto_scale_lr.base_batch_size == gpus * batch
    assert trained.train_cfg.max_epochs == epochs
    assert trained.test_dataloader == trained.val_dataloader


def test_only_the_recurrent_networks_are_trained(recurrent):
    with torch.device('meta'):
        model = MODELS.build(recurrent.model)
    names = {name for name, p in model.named_parameters() if p.requires_grad}
    assert names
    assert all(name.startswith('head.unroller.') for name in names)


def test_one_step_of_training_and_testing(stepped, tmp_path):
    torch.manual_seed(0)
    cfg = make_tiny(stepped)
    write_dataset(cfg, tmp_path)
    model = MODELS.build(cfg.model)
    train_step(cfg, model)
    metrics = evaluate(cfg, model)
    assert {'coco/AP', 'instances/invented', 'instances/missed'} <= set(metrics)


def test_backward_passes_on_the_same_images():
    """Of Section 4.1: exact and approximate."""
    exact, approximate = (
        read(CONFIGS / f'coco/recurrent-{name}_hourglass-4stack_1xb1-9e_coco-512x512.py')
        for name in ('esgd', 'asgd')
    )
    assert exact.train_dataloader.dataset.filter_cfg == dict(max_people=8)
    assert approximate.train_dataloader == exact.train_dataloader
    assert exact.model.head.unroller.chunk_size is None
    assert approximate.model.head.unroller.chunk_size == 4


def test_ochuman_is_only_tested(ochuman):
    assert ochuman.train_cfg is ochuman.train_dataloader is ochuman.optim_wrapper is None
    for split in ('val', 'test'):
        dataset = ochuman[f'{split}_dataloader'].dataset
        assert split in dataset.ann_file
        assert ochuman[f'{split}_evaluator'][0].ann_file == dataset.data_root + dataset.ann_file


def test_methods_are_tested_alike_on_ochuman():
    """One scale, without mirrored images."""
    for method in ('ae', 'recurrent', 'recurrent-refined'):
        cfg = read(CONFIGS / f'ochuman/{method}_hourglass-4stack_ochuman-512x512.py')
        assert cfg.model.test_cfg.flip_test is False
        assert not cfg.model.test_cfg.get('multiscale_test')
        assert not [*find_all(cfg.test_dataloader, 'aug_scales')]


def test_photographs_of_ochuman(ochuman, shared):
    torch.manual_seed(0)
    cfg = make_tiny(ochuman)
    samples = shared / 'data/samples/ochuman'
    cfg.test_dataloader.dataset.update(
        data_root='',
        ann_file=str(samples / 'test_ochuman.json'),
        data_prefix=dict(img=str(samples)),
    )
    cfg.test_evaluator[0].ann_file = cfg.test_dataloader.dataset.ann_file
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model = MODELS.build(cfg.model).eval()
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    for sample in dataset:
        with torch.no_grad():
            evaluator.process(model.test_step(pseudo_collate([sample])))
    metrics = evaluator.evaluate(len(dataset))
    people = sum(len(sample['data_samples'].raw_ann_info) for sample in dataset)
    assert metrics['instances/missed'] == people / len(dataset)  # by random weights
