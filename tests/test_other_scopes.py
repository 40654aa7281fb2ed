"""Our components in configs of MMPose's scope, and our configs from other folders."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from small_configs import evaluate, make_small, train_step, write_dataset

from mmpose_ae import registry

pytestmark = pytest.mark.long
CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
# Each head, backbone, metric and transform of ours.
LEAVES = sorted(
    {
        path.stem.split('_')[1]: path for path in CONFIGS.glob('associative_embedding/*/*.py')
    }.values()
)
LEAVES += sorted(CONFIGS.glob('c*/synth_crowd/*.py'))
REGISTRIES = [value for value in vars(registry).values() if isinstance(value, registry.Registry)]
OURS = {name for each in REGISTRIES for name in each.module_dict}
CLASSES = {cls for each in REGISTRIES for cls in each.module_dict.values()}


def write_scopes(node, key=None):
    """Write ``mmpose_ae.`` before every type of ours, except for a strategy of grouping."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == 'type' and value in OURS and key != 'grouping':
                node[name] = f'mmpose_ae.{value}'
            write_scopes(value, name)
    elif isinstance(node, (list, tuple)):
        for item in node:
            write_scopes(item, key)


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def foreign(request, tmp_path):
    """A small leaf in MMPose's scope, on a dataset of two images."""
    cfg = Config.fromfile(request.param)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        write_dataset(make_small(cfg), tmp_path)
    grouping = cfg.model.head.get('grouping')
    write_scopes(cfg._cfg_dict)
    if grouping is not None:  # the module of CenterGroup, which is a network
        cfg.model.head.grouping.type = f'mmpose_ae.{grouping.type}'
    cfg.default_scope, cfg.work_dir, cfg.experiment_name = 'mmpose', str(tmp_path), tmp_path.name
    cfg.optim_wrapper.type = 'OptimWrapper'
    cfg.optim_wrapper.pop('dtype', None)
    with DefaultScope.overwrite_default_scope('mmpose'):
        yield cfg


def test_leaf_in_the_scope_of_mmpose(foreign):
    torch.manual_seed(0)
    model = Runner.from_cfg(foreign).model
    assert type(model).__module__.startswith('mmpose_ae.')
    assert {'loss_kpt', 'loss/heatmap_coupled'} & set(train_step(foreign, model))
    assert next(iter(evaluate(foreign, model))).endswith('/AP')


@pytest.mark.parametrize('grouping', ['GreedyGrouping', 'DensityGrouping'])
def test_strategies_are_known_without_a_scope(grouping):
    with DefaultScope.overwrite_default_scope('mmpose'):
        decoder = registry.KEYPOINT_CODECS.build(
            dict(type='mmpose_ae.AEDecoder', grouping=dict(type=grouping))
        )
    assert type(decoder.grouping).__name__ == grouping


@pytest.mark.parametrize('cls', sorted(CLASSES, key=str), ids=lambda cls: cls.__name__)
def test_defaults_say_their_scope(cls):
    if not inspect.isclass(cls):
        pytest.skip('a function')
    for parameter in inspect.signature(cls.__init__).parameters.values():
        if parameter.name == 'init_cfg':
            continue  # initializers are MMEngine's, which every scope knows
        if isinstance(parameter.default, dict) and 'type' in parameter.default:
            assert parameter.default['type'].split('.')[0] in ('mmpose', 'mmpose_ae'), parameter


LEAF = 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192'
CHILD = f"""
_base_ = 'mmpose_ae::associative_embedding/synth_crowd/{LEAF}.py'
model = dict(head=dict(decoder=dict(grouping=dict(type='GreedyGrouping'))))
_base_.test_dataloader.dataset.pipeline[1].input_size = (128, 128)
"""
CODE = f"""
from pathlib import Path

import numpy as np
import mmpose_ae
from mmengine.config import Config
from mmpose.apis import MMPoseInferencer

cfg = Config.fromfile('mine.py')
assert cfg.test_dataloader.dataset.pipeline[1].input_size == (128, 128)
by_name = MMPoseInferencer(pose2d='{LEAF}', scope='mmpose_ae', device='cpu')
by_path = MMPoseInferencer(pose2d='mine.py', device='cpu')
package = Path(mmpose_ae.__file__).parent
assert Path(by_name.inferencer.cfg.filename).is_relative_to(package.parent)
assert type(by_path.inferencer.model.head.decoder.grouping).__name__ == 'GreedyGrouping'
image = np.random.default_rng(0).integers(0, 255, (130, 150, 3), dtype=np.uint8)
assert 'predictions' in next(by_name(image))
print(package)
"""


def test_configs_by_name_from_any_folder(tmp_path, monkeypatch, capsys):
    """Of the checkout, which this process imported."""
    (tmp_path / 'mine.py').write_text(CHILD)
    monkeypatch.chdir(tmp_path)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        exec(CODE, {})
    assert Path(capsys.readouterr().out.splitlines()[-1]) == CONFIGS.parent / 'mmpose_ae'


def test_configs_by_name_without_the_checkout(tmp_path):
    """As a wheel is installed: the package, its metadata and the copies of the configs."""
    (tmp_path / 'mine.py').write_text(CHILD)
    library = tmp_path / 'library'
    library.mkdir()
    build = [
        *(sys.executable, 'setup.py', '-q', 'egg_info', '--egg-base', library),
        *('build_py', '--build-lib', library),
    ]
    subprocess.run(build, cwd=CONFIGS.parent, check=True, capture_output=True)
    command = [sys.executable, '-W', 'ignore', '-c', CODE]
    env = dict(os.environ, PYTHONPATH=str(library))
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert Path(done.stdout.splitlines()[-1]) == library / 'mmpose_ae'


def test_runner_of_a_config_elsewhere(tmp_path):
    """The scope that MMEngine notes in such a config is no option of anything."""
    (tmp_path / 'mine.py').write_text(CHILD)
    cfg = Config.fromfile(tmp_path / 'mine.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        write_dataset(make_small(cfg), tmp_path)
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.update(batch_size=2, num_workers=0, persistent_workers=False)
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.work_dir, cfg.experiment_name = str(tmp_path), tmp_path.name
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert 'coco/AP' in runner.val_loop.run()


def test_every_model_of_the_index_has_weights_or_says_so():
    """MMPoseInferencer, given a name, reads this key of the entry without asking for it."""
    files = yaml.safe_load((CONFIGS.parent / 'model-index.yml').read_text())['Import']
    for name in files:
        models = yaml.safe_load((CONFIGS.parent / name).read_text())['Models']
        assert all('Weights' in model for model in models)
