"""What the shipped schedule trains, and how fast: facts of the release, and of the paper's C.1."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from torch.nn import BatchNorm2d

from mmpose_ae.registry import MODELS

CONFIGS = sorted(
    path
    for path in (Path(__file__).parents[3] / 'configs/center_group').glob('*/center-group_*.py')
    if path.parent.name != 'synth_crowd'
)


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_scaled_rates_leave_the_detector_alone(path):
    options = Config.fromfile(path)
    keys = options.optim_wrapper.paramwise_cfg.custom_keys
    assert set(options.auto_scale_lr.unscaled) == set(keys)
    assert options.auto_scale_lr.base_batch_size == 13 * options.train_dataloader.batch_size


def test_rates_and_frozen_norms():
    cfg = Config.fromfile(next(path for path in CONFIGS if 'w32' in path.stem))
    cfg.model.backbone.init_cfg = None
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model).train()
    norms = [layer for layer in model.modules() if isinstance(layer, BatchNorm2d)]
    detector = [*model.backbone.modules(), *model.head.upsample_modules.modules()]
    frozen = [layer for layer in norms if any(layer is known for known in detector)]
    assert len(frozen) == 301
    for layer in norms:
        is_frozen = any(layer is known for known in frozen)
        assert layer.training != is_frozen
        assert all(p.requires_grad != is_frozen for p in layer.parameters())

    cfg.optim_wrapper.type = 'OptimWrapper'  # AmpOptimWrapper needs a GPU
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    assert wrapper.clip_grad_kwargs == dict(max_norm=1.0)
    rates = {id(p): group['lr'] for group in wrapper.param_groups for p in group['params']}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            new = name.startswith(('head.grouping', 'head.keypoint_emb', 'head.center_emb'))
            # The release: 1e-4 at 42 images, scaled by their number; the paper: 3e-4.
            expected = 1e-4 * 130 / 42 if new else 1e-5
            assert rates[id(parameter)] == pytest.approx(expected, rel=0.01), name
