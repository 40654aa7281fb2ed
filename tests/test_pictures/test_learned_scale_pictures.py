"""A network whose branch says the same scale everywhere."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.pictures import draw_learned_scales, learned_scale_pictures
from mmpose_ae.registry import MODELS

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_learned_scales.py'
SCALE = 0.44


@pytest.fixture
def swahr(perfect_model, tmp_path):
    """Config and checkpoint of a head that hands on the known maps and always says one scale."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.head.update(
        final_layer=dict(kernel_size=1),
        heatmap_scale=dict(type='LearnedScale'),
        keypoint_loss=dict(type='WeightAdaptiveHeatmapLoss'),
    )
    cfg.dump(tmp_path / 'swahr_tiny.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
    stored = torch.load(perfect_model.checkpoint, weights_only=False)
    weights = model.state_dict() | stored['state_dict']
    weights['head.final_layer.weight'] = torch.eye(34)[..., None, None]
    weights['head.final_layer.bias'] = torch.zeros(34)
    weights['head.heatmap_scale.branches.0.look.bias'] = torch.full((17,), SCALE)
    torch.save(dict(stored, state_dict=weights), tmp_path / 'swahr.pth')
    return tmp_path / 'swahr_tiny.py', tmp_path / 'swahr.pth'


@pytest.mark.parametrize('aug_scales', ['None', '[2.0]'])
def test_what_is_drawn_was_learned(swahr, perfect_model, tmp_path, monkeypatch, capsys, aug_scales):
    drawn = []
    monkeypatch.setattr(
        learned_scale_pictures,
        'plot_learned_scales',
        lambda *args: drawn.append(args) or Figure(figsize=(1, 1)),
    )
    argv = [TOOL, *swahr, '--num', 2, '--out', tmp_path / 'new']
    argv += ['--cfg-options', f'val_dataloader.dataset.pipeline.1.aug_scales={aug_scales}']
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    runpy.run_path(str(TOOL), run_name='__main__')
    printed = [line for line in capsys.readouterr().out.splitlines() if line.endswith('.png')]
    assert printed == [str(tmp_path / 'new' / f'learned_scales_{i}.png') for i in (0, 4)]
    image, heatmaps, scales = drawn[0]
    assert image.shape == (64, 64, 3)
    known = torch.load(perfect_model.checkpoint, weights_only=False)['state_dict']['backbone.maps']
    np.testing.assert_allclose(heatmaps, known[0, :17], atol=1e-6)
    np.testing.assert_allclose(scales, np.full((17, 32, 32), SCALE), rtol=1e-6)


def test_a_network_that_learns_none(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='AEHead has no LearnedScale'):
        draw_learned_scales(cfg, perfect_model.checkpoint, tmp_path, 1)
