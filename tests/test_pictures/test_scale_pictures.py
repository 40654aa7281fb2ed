"""A network whose tags are known: the pictures show the scales that these stand for."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from mmengine.config import Config

from mmpose_ae.pictures import draw_scales, scale_pictures

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_scales.py'


@pytest.fixture
def coupled(perfect_model, tmp_path):
    """A config and a checkpoint whose tags are (1, 3) everywhere, the second one negative."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.backbone.channels = 51
    cfg.model.head.update(
        type='CoupledEmbeddingHead',
        in_channels=51,
        tag_dim=2,
        keypoint_loss=dict(type='ScaleAdaptiveHeatmapLoss', theta=0.5),
    )
    cfg.model.test_cfg = dict(flip_test=True)
    cfg.dump(tmp_path / 'ce_tiny.py')
    stored = torch.load(perfect_model.checkpoint, weights_only=False)
    heatmaps = stored['state_dict']['backbone.maps'][:, :17]
    maps = torch.cat([heatmaps, 0 * heatmaps + 1, 0 * heatmaps - 3], dim=1)
    stored['state_dict'] = {'backbone.maps': maps}
    torch.save(stored, tmp_path / 'ce.pth')
    return tmp_path / 'ce_tiny.py', tmp_path / 'ce.pth'


@pytest.mark.parametrize('aug_scales', ['None', '[2.0]'])
def test_what_is_drawn_was_predicted(
    coupled, perfect_model, tmp_path, monkeypatch, capsys, aug_scales
):
    """|tag| is (1, 3), the levels are 1/4 and 3/4: scale 5/8, and the factor 5/4 at theta 1/2."""
    drawn = {}
    for name in ('plot_scale_maps', 'plot_scale_vectors'):  # which take long to save
        monkeypatch.setattr(
            scale_pictures,
            name,
            lambda *args, name=name: drawn.update({name: args}) or Figure(figsize=(1, 1)),
        )
    out = tmp_path / 'new'
    argv = [str(TOOL), *map(str, coupled), '--num', '1', '--out', str(out)]
    argv += ['--cfg-options', f'val_dataloader.dataset.pipeline.1.aug_scales={aug_scales}']
    monkeypatch.setattr('sys.argv', argv)
    runpy.run_path(str(TOOL), run_name='__main__')
    printed = [line for line in capsys.readouterr().out.splitlines() if line.endswith('.png')]
    assert printed == [str(out / f'scale_{name}_0.png') for name in ('maps', 'vectors')]
    assert all(Path(line).is_file() for line in printed)
    _, heatmaps, tags, scales = drawn['plot_scale_maps']
    assert tags.shape == (34, *heatmaps.shape[1:]) == (34, *scales.shape[1:])
    np.testing.assert_allclose(scales, 1.25, rtol=1e-6)

    _, (instance,) = drawn['plot_scale_vectors']
    people = json.loads((perfect_model.image.parents[1] / 'people.json').read_text())
    left, top, width, height = people['annotations'][0]['bbox']
    np.testing.assert_allclose(instance.bbox, [left, top, left + width, top + height])
    scale = np.sqrt(width * height) / 64  # image and input are of 64 x 64 pixels
    assert instance.scale == pytest.approx(scale)
    inverse = 1 / np.abs(scale - np.array([0.25, 0.75]))
    np.testing.assert_allclose(instance.vector, inverse / np.linalg.norm(inverse), rtol=1e-5)
    np.testing.assert_allclose(instance.tag, np.array([1, 3]) / np.sqrt(10), rtol=1e-6)


def test_other_heads_are_refused(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='those of CoupledEmbeddingHead, but the .* is AEHead'):
        draw_scales(cfg, perfect_model.checkpoint, tmp_path, 1)
