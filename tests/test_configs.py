"""Every shipped config: consistent, buildable, able to train and to test."""

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmengine.utils import get_installed_path
from small_configs import evaluate, find_all, make_small, train_step, write_dataset

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid, unflatten_index
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / 'configs'
# Those for OCHuman are those for COCO but for the data of testing.
OCHUMAN = sorted(CONFIGS.glob('*/ochuman/*.py'))
# Networks that see one person at a time are in test_single_person_configs.py.
SINGLE_PERSON = sorted(CONFIGS.glob('single_person/*/*.py'))
EVERY_LEAF = sorted(set(CONFIGS.glob('[!_]*/*/*.py')).difference(OCHUMAN, SINGLE_PERSON))
# The settings of the originals, whose decoding has a bias, are in test_released_configs.py.
LEAVES = [path for path in EVERY_LEAF if not path.stem.endswith('-released')]


def kind(path):
    """The method, the family of the network and the length of training, by the name of a config."""
    _, network, schedule, _ = path.stem.removesuffix('-released').split('_', 3)
    return path.parts[-3], network.split('-')[0], schedule.split('-')[1]


# One of each kind, where all of them would take long.
SAMPLE = list({kind(path): path for path in EVERY_LEAF}.values())

# Millions, from the tables of the HigherHRNet release.
PUBLISHED_PARAMETERS = {
    'ae_hrnet-w32_8xb24-300e_coco-512x512': 28.5,
    'ae_higherhrnet-w32_4xb12-300e_coco-512x512': 28.6,
    'ae_higherhrnet-w48_4xb10-300e_coco-640x640': 63.8,
}
# Of each model, in its metafile.
WRITTEN_PARAMETERS = {model.name: model.parameters for model in list_models()}
PARTS = ('val', 'test')  # of OCHuman
LOSSES = dict(
    CenterGroupHead={'loss_kpt', 'loss_location'},
    CenterOffsetHead={'loss_kpt', 'loss_offset'},
    CIDHead={'loss/heatmap_coupled', 'loss/heatmap_decoupled', 'loss/contrastive'},
    DEKRHead={'loss/heatmap', 'loss/displacement'},
)


@cache
def read_once(path):
    """A config as shipped, which nobody may change."""
    return Config.fromfile(path)


def read(path):
    """A copy of a config, in its own scope; the scope of before comes back afterwards."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield deepcopy(read_once(path))


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def leaf(request):
    """A config of settings of our own."""
    yield from read(request.param)


@pytest.fixture(params=EVERY_LEAF, ids=lambda path: path.stem)
def any_leaf(request):
    """A config of settings of our own or of a release."""
    yield from read(request.param)


@pytest.fixture(params=SAMPLE, ids=lambda path: path.stem)
def some_leaf(request):
    """A config of each kind."""
    yield from read(request.param)


def test_there_are_configs_for_every_dataset():
    assert {path.parent.name for path in LEAVES} >= {'coco', 'crowdpose', 'synth_crowd'}


def test_ochuman_has_a_test_of_the_networks_of_every_method():
    """A config for it is one for COCO, but for what it is validated and tested on."""
    assert {path.parts[-3] for path in OCHUMAN} >= {path.parts[-3] for path in LEAVES}
    for path in OCHUMAN:
        ours = read_once(path)
        coco = read_once(path.parents[1] / 'coco' / path.name.replace('ochuman', 'coco'))
        differing = {key for key in coco if coco[key] != ours.get(key)} - {'data_root'}
        assert differing == {f'{n}_{what}' for n in PARTS for what in ('dataloader', 'evaluator')}
        for part in PARTS:
            dataset, metric = ours[f'{part}_dataloader'].dataset, ours[f'{part}_evaluator']
            assert metric.ann_file == dataset.data_root + dataset.ann_file
            assert f'ochuman_coco_format_{part}_range' in metric.ann_file


def test_ochuman_is_evaluated(tmp_path):
    cfg = make_small(Config.fromfile(OCHUMAN[0]))
    write_dataset(cfg, tmp_path)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        assert 'coco/AP' in evaluate(cfg, MODELS.build(cfg.model))


def files_read(path, seen=()):
    """The files that reading a config reads, itself included."""
    path = path.resolve()
    if path in seen:
        return set(seen)
    files = {*seen, path}
    for base in Config._get_base_files(str(path)):
        files = files_read(path.parent / base, files)
    return files


def test_few_files_to_read():
    """A whole recipe is a runtime, a schedule, a network, a data set and what joins them."""
    leaves = [*CONFIGS.glob('[!_]*/*/*.py'), *ROOT.glob('projects/*/configs/[!_]*/*.py')]
    counts = {path: len(files_read(path)) for path in leaves}
    assert median(counts.values()) <= 5
    assert max(counts.values()) <= 8, max(counts, key=counts.get)


def test_every_epoch_is_saved(any_leaf):
    """A run that is interrupted loses one at most; trainings of iterations say how many."""
    saved = any_leaf.default_hooks.checkpoint
    by_epoch = any_leaf.train_cfg.get('by_epoch', True)
    assert saved.type == 'CheckpointHook' and saved.get('by_epoch', True) == by_epoch
    assert saved.interval == 1 if by_epoch else saved.interval <= any_leaf.train_cfg.val_interval


def test_parts_do_not_hide_the_metainfo_of_mmpose():
    """MMPose reads ``configs/_base_/datasets/coco.py`` of the working directory if it is there."""
    folder = Path(get_installed_path('mmpose'), '.mim', 'configs', '_base_', 'datasets')
    theirs = {path.name for path in folder.iterdir()}
    assert 'coco.py' in theirs
    assert not theirs & {path.name for path in (CONFIGS / '_base_' / 'datasets').iterdir()}


def test_one_codec(any_leaf):
    """It stands in the head alone, which makes the targets with it."""
    assert list(find_all(any_leaf, 'decoder')) == [any_leaf.model.head.decoder]
    assert not [*find_all(any_leaf, 'encoder'), *find_all(any_leaf, 'codec')]
    assert 'GenerateTarget' not in find_all(any_leaf, 'type')


def test_one_input_size(any_leaf, request):
    sizes = list(find_all(any_leaf, 'input_size'))
    width, height = request.node.callspec.id.removesuffix('-released').split('-')[-1].split('x')
    assert set(sizes) == {(int(width), int(height))}
    assert len(sizes) >= 3  # to train, to validate and to test
    assert any_leaf.test_dataloader == any_leaf.val_dataloader


def test_coupled_embedding_shifts_by_the_sides_of_the_image():
    """As its release does; the ablations inherit it."""
    for path in CONFIGS.glob('coupled_embedding/c*/[ac]e_*.py'):
        (leaf,) = read(path)
        assert [*find_all(leaf.train_dataloader, 'shift_relative_to')] == ['image'], path


def test_batch_size_agrees_with_the_name(any_leaf, request):
    gpus, batch = request.node.callspec.id.split('_')[2].split('-')[0].split('xb')
    assert any_leaf.train_dataloader.batch_size == int(batch)
    assert any_leaf.auto_scale_lr.base_batch_size == int(gpus) * int(batch)


def test_dumped_it_stays_the_same(some_leaf, tmp_path):
    some_leaf.dump(tmp_path / 'dumped.py')
    assert Config.fromfile(tmp_path / 'dumped.py')._cfg_dict == some_leaf._cfg_dict


def test_inherited_it_stays_the_same(any_leaf, tmp_path):
    """What a leaf changes in the lists of its parts is kept by those who read the leaf."""
    child = tmp_path / 'child.py'
    child.write_text(f"_base_ = '{any_leaf.filename}'\nwork_dir = 'elsewhere'\n")
    inherited = Config.fromfile(child)._cfg_dict
    assert inherited.pop('work_dir') == 'elsewhere'
    assert inherited == any_leaf._cfg_dict


def poses_of_perfect_maps(codec, head, targets, grids):
    """Decode what a network predicts that knows the one instance there is."""
    heatmaps = targets.heatmaps[-1][:, : codec.num_keypoints]
    centers = targets.heatmaps[-1][:, codec.num_keypoints :]
    if head == 'CIDHead':
        return codec.group(
            codec.pick(heatmaps, codec.propose(Maps(None, centers=centers))), grids[0]
        )
    if head in ('CenterOffsetHead', 'DEKRHead'):
        center = unflatten_index(targets.indices[0, 0, -1, 0], grids[0].size[0])
        offsets = targets.keypoints[:, 0, :-1] - grids[0].to_pixels(center)
        offsets = offsets.transpose(1, 2).flatten(1)[..., None, None]
        maps = Maps(heatmaps, centers=centers, offsets=offsets.expand(-1, -1, *grids[0].size))
        return codec.group(codec.propose(maps, grids[-1]), grids[-1])
    if head == 'CenterGroupHead':
        found = codec.propose(Maps(heatmaps, centers=centers))
        best = torch.arange(codec.num_keypoints) * found.keypoints.scores.shape[-1]
        best = best.expand(1, found.centers.scores.shape[-1], -1)
        return codec.group(codec.pick(heatmaps, found, best, None, None), grids[-1])
    return codec.group(codec.propose(Maps(heatmaps, torch.zeros_like(heatmaps))), grids[-1])


def test_codec_round_trip_has_no_bias(leaf):
    """One instance, encoded and decoded, comes back to a tenth of a pixel on average."""
    head = leaf.model.head
    codec = KEYPOINT_CODECS.build(head.decoder)
    side = next(find_all(leaf.train_dataloader, 'input_size'))[0]
    strides = (4, 2) if 'upsample' in head else (4,)
    grids = [Grid.over((side // stride,) * 2, (side, side)) for stride in strides]
    rng = np.random.default_rng(0)
    keypoints = rng.uniform(side / 8, 7 * side / 8, (1, 1, codec.num_keypoints, 2))
    points = torch.from_numpy(keypoints).float()
    visible = torch.ones(points.shape[:-1], dtype=torch.bool)
    targets = codec.targets(points, visible, grids, centers=codec.encodes_centers)
    (poses,) = poses_of_perfect_maps(codec, head.type, targets, grids)
    error = poses.keypoints[0] - keypoints[0, 0]
    assert np.abs(error.mean(0)).max() < 0.1
    assert np.abs(error).mean() < 0.25


@cache
def count_parameters(part):
    """Those of a backbone, neck or head at its real size, given its config as text."""
    with torch.device('meta'):
        model = MODELS.build(json.loads(part))
    return sum(parameter.numel() for parameter in model.parameters())


def test_full_size_model(any_leaf, request):
    """All parts build at their real size, and are as large as their authors say."""
    parts = [
        any_leaf.model[name] for name in ('backbone', 'neck', 'head') if name in any_leaf.model
    ]
    millions = sum(count_parameters(json.dumps(part, sort_keys=True)) for part in parts) / 1e6
    assert f'{millions:.1f}M' == WRITTEN_PARAMETERS[request.node.callspec.id]
    name = request.node.callspec.id.removesuffix('-released')
    assert millions == pytest.approx(PUBLISHED_PARAMETERS.get(name, millions), abs=0.1)


def all_that_a_step_reads(cfg):
    """The parts of a config that ``train_step`` and ``evaluate`` build, as text."""
    datasets = [cfg[f'{name}_dataloader'].dataset for name in ('train', 'test')]
    return json.dumps([cfg.model, cfg.data_mode, datasets, cfg.test_evaluator], sort_keys=True)


# What went through a step: leaves that differ in width, depth or input size are alike when small.
STEPPED = set()


def test_one_step_of_training_and_testing(any_leaf, tmp_path):
    torch.manual_seed(0)
    cfg = make_small(any_leaf)
    parts = all_that_a_step_reads(cfg)
    if parts in STEPPED:
        return
    write_dataset(cfg, tmp_path)
    model = MODELS.build(cfg.model)
    losses = train_step(cfg, model)
    expected = LOSSES.get(cfg.model.head.type, {'loss_kpt', 'loss_pull', 'loss_push'})
    assert expected <= set(losses)
    assert next(iter(evaluate(cfg, model))).endswith('/AP')
    STEPPED.add(parts)


def test_runner_builds_all_of_it(some_leaf, tmp_path):
    """Loops, loaders, optimizer, schedules, hooks and evaluators, as the tools build them."""
    cfg = make_small(some_leaf)
    write_dataset(cfg, tmp_path)
    cfg.work_dir = str(tmp_path)
    cfg.experiment_name = tmp_path.name
    cfg.optim_wrapper.type = 'OptimWrapper'  # mixed precision may need a GPU
    cfg.optim_wrapper.pop('dtype', None)
    runner = Runner.from_cfg(cfg)
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    schedulers = runner.build_param_scheduler(runner.param_schedulers)
    assert len(schedulers) == len(cfg.param_scheduler)
    for name in ('val', 'test'):
        assert runner.build_evaluator(cfg[f'{name}_evaluator']).metrics
        assert len(runner.build_dataloader(cfg[f'{name}_dataloader']).dataset) == 2
