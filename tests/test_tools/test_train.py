from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import load_from_local
from mmpose_ae.config_files import ConfigError
from mmpose_ae.registry import MODELS

ROOT = Path(__file__).resolve().parents[2]


def last_checkpoint(tmp_path):
    return load_from_local(tmp_path / 'run' / 'epoch_2.pth')


@pytest.fixture
def resumable(tmp_path):
    """A file with all that a run goes on with."""
    hub = dict(log_scalars={}, runtime_info={}, resumed_keys={})
    saved = dict(meta=dict(epoch=3, iter=9), state_dict={}, message_hub=hub, optimizer={})
    torch.save(saved, tmp_path / 'saved')
    return tmp_path / 'saved'


def test_trains_in_bfloat16_with_one_option(run_tool, tiny_config, tmp_path):
    run_tool('train', tiny_config, '--work-dir', tmp_path / 'run', '--amp', '--no-validate')
    checkpoint = last_checkpoint(tmp_path)
    printed = "load_from_local(path)['meta']['cfg']"
    assert printed in (ROOT / 'docs/troubleshooting.md').read_text()
    path = tmp_path / 'run' / 'epoch_2.pth'
    config = eval(printed, dict(load_from_local=load_from_local, path=path))
    assert "type='AutocastOptimWrapper'" in config
    assert checkpoint['meta']['epoch'] == 2
    assert checkpoint['meta']['iter'] == 6  # 5 images in batches of 2, twice


@pytest.mark.parametrize(
    'wrapper, device, expected',
    [
        ({}, 'cpu', 'AutocastOptimWrapper'),
        ({}, 'cuda', 'AmpOptimWrapper'),
        (dict(type='OptimWrapper'), 'cuda', 'AmpOptimWrapper'),
        (dict(type='AutocastOptimWrapper'), 'cuda', 'AutocastOptimWrapper'),
        (dict(type='AmpOptimWrapper', loss_scale='dynamic'), 'cuda', 'AmpOptimWrapper'),
        (dict(type='AmpOptimWrapper', loss_scale='dynamic'), 'cpu', 'AutocastOptimWrapper'),
    ],
)
def test_mixed_precision_follows_the_device(load_tool, monkeypatch, wrapper, device, expected):
    train = load_tool('train')
    monkeypatch.setattr(train, 'get_device', lambda: device)
    cfg = Config(dict(optim_wrapper=wrapper))
    train.enable_amp(cfg)
    assert cfg.optim_wrapper.type == expected
    on_gpu = device == 'cuda' and 'loss_scale' in wrapper
    assert ('loss_scale' in cfg.optim_wrapper) == on_gpu


def test_mixed_precision_replaces_no_special_wrapper(load_tool):
    cfg = Config(dict(optim_wrapper=dict(type='ApexOptimWrapper')))
    with pytest.raises(ConfigError, match="optim_wrapper.type is 'ApexOptimWrapper'"):
        load_tool('train').enable_amp(cfg)


def test_options_reach_the_config(load_tool, monkeypatch, tmp_path, resumable):
    train = load_tool('train')
    (tmp_path / 'c.py').write_text(
        'auto_scale_lr = dict(base_batch_size=8)\nval_cfg = dict()\nmodel = dict()\n'
        'load_from = "a.pth"'
    )

    def apply(*options):
        monkeypatch.setattr('sys.argv', ['train.py', str(tmp_path / 'c.py'), *options])
        args = train.parse_args()
        cfg = train.load_config(args)
        train.apply_options(cfg, args)
        return cfg

    assert apply().load_from == 'a.pth'
    path = str(resumable)
    assert apply('--resume', path).load_from == path
    assert apply('--auto-scale-lr').auto_scale_lr == dict(base_batch_size=8, enable=True)
    assert apply('--resume', path).resume
    unvalidated = apply('--no-validate')
    assert unvalidated.val_cfg is unvalidated.val_evaluator is unvalidated.val_dataloader is None
    for text in ('', 'auto_scale_lr = None', 'auto_scale_lr = dict(enable=False)'):
        (tmp_path / 'c.py').write_text(text)
        with pytest.raises(ConfigError, match=r'needs auto_scale_lr=.* in .*c\.py'):
            apply('--auto-scale-lr')


@pytest.mark.parametrize(
    'options, text, reason',
    [
        (['--launcher', 'slurm'], '', "launcher is 'slurm', which needs GPUs"),
        (['--launcher', 'pytorch'], '', 'torchrun did not start this process'),
        (['--amp'], 'optim_wrapper = dict(type="ApexOptimWrapper")', '--amp replaces an OptimW'),
        (['--amp'], '', 'c.py has no optim_wrapper, which is needed here'),
        (['--auto-scale-lr'], 'auto_scale_lr = None', '--auto-scale-lr needs auto_scale_lr=dict'),
        (['--show-dir', 'a'], 'default_hooks = dict(visualization=None)', 'need visualization='),
    ],
)
def test_wrong_options_end_in_one_line(load_tool, monkeypatch, tmp_path, options, text, reason):
    train = load_tool('train')
    (tmp_path / 'c.py').write_text(text)
    monkeypatch.setattr('mmpose_ae.engine.cpu_distributed.get_device', lambda: 'cpu')
    monkeypatch.delenv('RANK', raising=False)
    monkeypatch.setattr('sys.argv', ['train.py', str(tmp_path / 'c.py'), *options])
    with pytest.raises(SystemExit, match=f'^error: .*{reason}'):
        train.main()


def test_resuming_what_has_not_begun_keeps_the_weights_to_start_from(
    load_tool, tmp_path, resumable
):
    """The first start of a command that is repeated after each interruption."""
    settings = dict(work_dir=str(tmp_path), load_from='detector.pth', model=dict())
    cfg = Config(settings)
    resume_from = load_tool('train').resume_from
    resume_from(cfg, 'auto')
    assert cfg.load_from == 'detector.pth' and not cfg.resume
    (tmp_path / 'last_checkpoint').write_text('epoch_3.pth')  # which is not there
    resume_from(cfg, 'auto')
    assert cfg.load_from == 'detector.pth' and not cfg.resume
    (tmp_path / 'epoch_3.pth').write_bytes(resumable.read_bytes())
    resume_from(cfg, 'auto')
    assert cfg.load_from == str(tmp_path / 'epoch_3.pth') and cfg.resume


def test_a_whole_checkpoint_needs_no_other_weights(run_tool, tiny_config, tmp_path):
    """A run goes on, or starts from a checkpoint, where the backbone's first weights are gone."""
    first, later = tmp_path / 'first.py', tmp_path / 'later.py'
    first.write_text(f"_base_ = '{tiny_config}'\ntrain_cfg = dict(max_epochs=1)\n")
    gone = "init_cfg=dict(type='Pretrained', checkpoint='gone.pth')"
    later.write_text(f"_base_ = '{tiny_config}'\nmodel = dict(backbone=dict({gone}))\n")
    run = 'train', later, '--no-validate', '--work-dir'
    with pytest.raises(SystemExit, match=r'gone\.pth'):
        run_tool(*run, tmp_path / 'run')
    run_tool('train', first, '--no-validate', '--work-dir', tmp_path / 'run')
    run_tool(*run, tmp_path / 'run', '--resume')
    assert last_checkpoint(tmp_path)['meta']['epoch'] == 2
    saved = tmp_path / 'run/epoch_2.pth'
    from_file = tmp_path / 'from_file.py'
    from_file.write_text(f"_base_ = '{later}'\nload_from = '{saved}'\n")
    run_tool('train', from_file, '--no-validate', '--work-dir', tmp_path / 'new')
    assert (tmp_path / 'new/epoch_2.pth').is_file()


def test_a_running_mean_starts_from_bare_weights(run_tool, tiny_config, tmp_path):
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(Config.fromfile(tiny_config).model).state_dict()
    torch.save(dict(model=weights, epoch=3), tmp_path / 'published.pth')
    config = tmp_path / 'mean.py'
    config.write_text(
        f"_base_ = '{tiny_config}'\nload_from = '{tmp_path / 'published.pth'}'\n"
        'train_cfg = dict(max_epochs=2)\n'
        'optim_wrapper = dict(optimizer=dict(lr=0.0))\n'
        "custom_hooks = [*_base_.custom_hooks, dict(type='EMAHook')]\n"
    )
    run_tool('train', config, '--no-validate', '--work-dir', tmp_path / 'run')
    mean = last_checkpoint(tmp_path)['state_dict']
    name = 'backbone.predictions.0.bias'
    torch.testing.assert_close(mean[name], weights[name])


@pytest.mark.parametrize('kind, dropped', [('Bottomup', True), ('Topdown', False)])
def test_what_a_part_of_the_weights_may_need(load_tool, kind, dropped):
    """MMPose's networks take a part of their weights from ``load_from``."""
    cfg = Config(dict(model=dict(type=f'{kind}PoseEstimator')))
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        assert load_tool('train').takes_whole_files(cfg) == dropped
