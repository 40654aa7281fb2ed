import pytest
import torch
from mmengine.config import Config

from mmpose_ae.checkpoints import load_from_local


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
    assert checkpoint['meta']['epoch'] == 2
    assert checkpoint['meta']['iter'] == 6  # 5 images in batches of 2, twice
    assert "type='AutocastOptimWrapper'" in checkpoint['meta']['cfg']


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
    with pytest.raises(ValueError, match="optim_wrapper.type is 'ApexOptimWrapper'"):
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
    (tmp_path / 'c.py').write_text('')
    with pytest.raises(ValueError, match=r'needs auto_scale_lr=.* in .*c\.py'):
        apply('--auto-scale-lr')


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
