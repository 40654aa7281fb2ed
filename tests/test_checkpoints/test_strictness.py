"""Weights with our own names are those of the network, or refused: wherever a user gives them."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpose.apis import MMPoseInferencer, init_model

from mmpose_ae.checkpoints import CheckpointError, load_from_local
from mmpose_ae.registry import MODELS

LAYER = 'backbone.predictions.0'


def build(config, **options):
    cfg = Config.fromfile(config)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return MODELS.build({**cfg.model, **options})


@pytest.fixture
def weights(tiny_config):
    """All weights of the network, each a number of its own."""
    state = build(tiny_config).state_dict()
    return {key: torch.full_like(value, 1 + i) for i, (key, value) in enumerate(state.items())}


def without(weights, key):
    return {k: value for k, value in weights.items() if k != key}


FAULTS = {
    'missing': (lambda w: without(w, f'{LAYER}.bias'), rf'checkpoint lacks: {LAYER}\.bias'),
    'unknown': (lambda w: {**w, 'head.other': w[f'{LAYER}.bias']}, r'network lacks: head\.other'),
    'of another shape': (
        lambda w: {**w, f'{LAYER}.bias': torch.ones(5)},
        rf'of another shape: {LAYER}\.bias \(5,\) instead of \(34,\)',
    ),
    'a string': (
        lambda w: {**w, f'{LAYER}.bias': 'weights'},
        rf'no tensors of numbers: {LAYER}\.bias \(str\)',
    ),
    'complex': (
        lambda w: {**w, f'{LAYER}.bias': torch.ones(34, dtype=torch.complex64)},
        rf'no tensors of numbers: {LAYER}\.bias \(torch\.complex64\)',
    ),
    'sparse': (
        lambda w: {**w, f'{LAYER}.bias': torch.ones(34).to_sparse()},
        rf'no tensors of numbers: {LAYER}\.bias',
    ),
    'not a number': (
        lambda w: {**w, f'{LAYER}.bias': torch.full((34,), torch.nan)},
        rf'that diverged\nnot finite: {LAYER}\.bias',
    ),
    'infinite': (
        lambda w: {**w, f'{LAYER}.bias': torch.full((34,), -torch.inf)},
        rf'not finite: {LAYER}\.bias',
    ),
    'of nothing': (lambda w: {}, 'none of its weights has a name of this network'),
    'of another network': (lambda w: {'encoder.0': w[f'{LAYER}.bias']}, 'none of its weights'),
}


def load_by_init_model(config, path, tmp_path):
    return init_model(str(config), str(path), device='cpu')


def load_by_inferencer(config, path, tmp_path):
    inferencer = MMPoseInferencer(
        pose2d=str(config), pose2d_weights=str(path), scope='mmpose_ae', device='cpu'
    )
    return inferencer.inferencer.model


def runner_of(config, tmp_path, **options):
    cfg = Config.fromfile(config)
    cfg.update(options, work_dir=str(tmp_path), experiment_name=f'{tmp_path.name}{len(options)}')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return Runner.from_cfg(cfg)


def load_by_load_from(config, path, tmp_path):
    runner = runner_of(config, tmp_path, load_from=str(path))
    runner.load_or_resume()
    return runner.model


def load_by_resume(config, path, tmp_path):
    runner = runner_of(config, tmp_path, load_from=str(path), resume=True)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        runner.load_or_resume()
    return runner.model


def load_by_torch(config, path, tmp_path):
    """Weights from a file are checked, although ``strict`` says that they need not be."""
    model = build(config)
    model.load_state_dict(load_from_local(path)['state_dict'], strict=False)
    return model


WAYS = [
    load_by_init_model,
    load_by_inferencer,
    load_by_load_from,
    load_by_resume,
    load_by_torch,
]


@pytest.mark.parametrize('fault', FAULTS)
@pytest.mark.parametrize('load', WAYS)
def test_faults_are_named_with_the_file(load, fault, tiny_config, weights, tmp_path):
    change, message = FAULTS[fault]
    torch.save(dict(state_dict=change(weights)), tmp_path / 'w.pth')
    with pytest.raises(CheckpointError, match=rf'(?s)w\.pth: .*{message}') as error:
        load(tiny_config, tmp_path / 'w.pth', tmp_path)
    assert "model.init_cfg=dict(type='Pretrained'" in str(error.value)


@pytest.mark.parametrize(
    'wrap',
    [
        lambda w: dict(state_dict=w),
        lambda w: w,
        lambda w: {f'module.{key}': value for key, value in w.items()},
        lambda w: dict(state_dict={**w, 'data_preprocessor.mean': torch.zeros(3)}),
        lambda w: dict(state_dict={k: v for k, v in w.items() if 'num_batches' not in k}),
        lambda w: dict(state_dict={k: v.half() for k, v in w.items()}, ema_state_dict={}),
    ],
)
@pytest.mark.parametrize('load', [load_by_init_model, load_by_inferencer, load_by_load_from])
def test_what_has_always_been_loaded(load, wrap, tiny_config, weights, tmp_path):
    torch.save(wrap(weights), tmp_path / 'w.pth')
    loaded = load(tiny_config, tmp_path / 'w.pth', tmp_path).state_dict()
    for key, value in weights.items():
        assert 'num_batches' in key or torch.equal(loaded[key], value), key


@pytest.fixture
def other_keypoints(tiny_config, tmp_path):
    """A config of a network with 4 keypoints, that starts from another one's weights."""
    path = tmp_path / 'other.py'
    start = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    path.write_text(
        f"_base_ = '{tiny_config}'\n"
        f'model = dict(init_cfg={start}, backbone=dict(out_channels=8),\n'
        'head=dict(in_channels=8, num_keypoints=4))\n'
    )
    return path


def test_training_starts_from_what_fits(other_keypoints, weights, tmp_path, monkeypatch):
    """By an explicit choice: what is taken and what is not is in the log."""
    lines = []
    monkeypatch.setattr(
        'mmpose_ae.checkpoints.formats.print_log', lambda text, logger: lines.append(text)
    )
    torch.save(dict(state_dict=weights), tmp_path / 'w.pth')
    model = build(other_keypoints)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    model.init_weights()
    fitting = [key for key, value in before.items() if value.shape == weights[key].shape]
    assert 0 < len(fitting) < len(weights)
    for key, value in model.state_dict().items():
        expected = weights[key] if key in fitting else before[key]
        assert key not in fitting or torch.equal(value, expected), key
    (line,) = lines
    assert f'took {len(fitting)} of {len(weights)} weights; dropped ' in line
    assert line.endswith(f'{LAYER}.weight, {LAYER}.bias')


@pytest.mark.parametrize('fault', ['a string', 'not a number', 'of another network'])
def test_training_starts_from_no_nonsense(fault, tiny_config, weights, tmp_path):
    change, message = FAULTS[fault]
    torch.save(dict(state_dict=change(weights)), tmp_path / 'w.pth')
    start = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    with pytest.raises(CheckpointError, match=rf'w\.pth: (?s:.*){message}'):
        build(tiny_config, init_cfg=start).init_weights()


def test_training_does_not_start_from_nothing_that_fits(other_keypoints, weights, tmp_path):
    torch.save(dict(state_dict={f'{LAYER}.bias': weights[f'{LAYER}.bias']}), tmp_path / 'w.pth')
    with pytest.raises(CheckpointError, match='none of its weights has a name and shape'):
        build(other_keypoints).init_weights()


def test_after_the_start_weights_are_strict_again(other_keypoints, weights, tmp_path):
    """A run that was started so is tested and resumed as any other."""
    torch.save(dict(state_dict=weights), tmp_path / 'w.pth')
    model = build(other_keypoints)
    model.init_weights()
    found = load_from_local(tmp_path / 'w.pth')['state_dict']
    with pytest.raises(CheckpointError, match='of another shape'):
        model.load_state_dict(found)
    with pytest.raises(CheckpointError, match='of another shape'):
        load_by_init_model(other_keypoints, tmp_path / 'w.pth', tmp_path)


def test_a_failed_start_leaves_the_network_strict(tiny_config, weights, tmp_path):
    torch.save(dict(state_dict={}), tmp_path / 'w.pth')
    start = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    model = build(tiny_config, init_cfg=start)
    with pytest.raises(CheckpointError):
        model.init_weights()
    torch.save(dict(state_dict=without(weights, f'{LAYER}.bias')), tmp_path / 'w.pth')
    with pytest.raises(CheckpointError, match='checkpoint lacks'):
        model.load_state_dict(load_from_local(tmp_path / 'w.pth')['state_dict'])


def test_weights_from_python_follow_strict_of_pytorch(tiny_config, weights):
    model = build(tiny_config)
    found = model.load_state_dict(without(weights, f'{LAYER}.bias'), strict=False)
    assert found.missing_keys == [f'{LAYER}.bias']
    with pytest.raises(RuntimeError, match='Missing key'):
        model.load_state_dict(without(weights, f'{LAYER}.bias'))


def test_a_backbone_alone_is_no_network(tiny_config, weights, tmp_path):
    """As published for a start; by itself it gives poses of a random head."""
    hrnet = {'stage4.0.conv1.weight': torch.zeros(1)}
    torch.save(hrnet, tmp_path / 'hrnet.pth')
    with pytest.raises(CheckpointError, match=rf'hrnet\.pth: HRNet (?s:.*)lacks: .*{LAYER}'):
        load_by_init_model(tiny_config, tmp_path / 'hrnet.pth', tmp_path)


def test_center_group_starts_from_its_detector(tmp_path):
    """As the shipped config says; a detector by itself is no CenterGroup."""
    folder = Path(__file__).resolve().parents[2] / 'configs/center_group/synth_crowd'
    detector = build(folder / 'center-ae_hourglass-tiny_1xb8-7e_synth_crowd_crowded-192x192.py')
    torch.save(dict(state_dict=detector.state_dict()), tmp_path / 'detector.pth')
    config = folder / 'center-group_hourglass-tiny_1xb8-3e_synth_crowd_crowded-192x192.py'
    start = Config.fromfile(config).model.init_cfg
    assert start.checkpoint.startswith('work_dirs/center-ae_hourglass-tiny')
    model = build(config, init_cfg=dict(start, checkpoint=str(tmp_path / 'detector.pth')))
    model.init_weights()
    weights = detector.state_dict()
    loaded = {k: v for k, v in model.state_dict().items() if k in weights}
    assert sum(key.startswith('backbone.') for key in loaded) > 200
    same = [k for k, v in loaded.items() if v.shape == weights[k].shape]
    assert all(torch.equal(loaded[key], weights[key]) for key in same)
    with pytest.raises(CheckpointError, match=r'lacks: (?s:.*)head\.grouping'):
        load_by_torch(config, tmp_path / 'detector.pth', tmp_path)
