"""A head whose kernels are not bent but for one keypoint."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.models.dekr import AdaptiveConv2d
from mmpose_ae.models.heads import AEHead
from mmpose_ae.pictures import draw_sampling, sampling_pictures
from mmpose_ae.registry import MODELS

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_sampling.py'


@MODELS.register_module()
class RegularKernelsHead(AEHead):
    """Read by regular kernels, for the last keypoint four cells further down."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.convolution = AdaptiveConv2d(17, groups=17)

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Call the convolution, as DEKR's head does."""
        offsets = torch.zeros(1, 17, 9, 2, 32, 32)
        offsets[:, -1, :, 0] = 4
        self.convolution(torch.zeros(1, 17, 32, 32), offsets.flatten(1, 3))
        return super().predict(feats, batch_data_samples, test_cfg)


@pytest.fixture
def regular(perfect_model, tmp_path):
    """Config and checkpoint of that head on maps of 32 cells over 64 pixels."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.head.type = 'RegularKernelsHead'
    cfg.dump(tmp_path / 'kernels.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    stored = torch.load(perfect_model.checkpoint, weights_only=False)
    torch.save(dict(stored, state_dict=weights | stored['state_dict']), tmp_path / 'kernels.pth')
    return tmp_path / 'kernels.py', tmp_path / 'kernels.pth'


def test_places_around_the_annotated_center(regular, perfect_model, tmp_path, monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(
        sampling_pictures,
        'plot_sampling',
        lambda *args: drawn.append(args) or Figure(figsize=(1, 1)),
    )
    argv = [TOOL, *regular, '--num', 1, '--out', tmp_path / 'new']
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    runpy.run_path(str(TOOL), run_name='__main__')
    assert str(tmp_path / 'new' / 'sampling_0.png') in capsys.readouterr().out
    ((image, keypoints, centers, places),) = drawn
    assert image.shape == (64, 64, 3) and places.shape == (1, 4, 9, 2)
    people = json.loads((perfect_model.image.parents[1] / 'people.json').read_text())
    *known, visible = np.reshape(people['annotations'][0]['keypoints'], (17, 3)).T
    shown = visible > 0
    few = [0, 5, 11, 16]
    expected = np.where(shown[:, None], np.stack(known, -1), np.nan)[few]
    np.testing.assert_allclose(keypoints[0], expected, atol=1e-4)
    center = np.stack(known, -1)[shown].mean(0)
    np.testing.assert_allclose(centers, [center], atol=1e-4)
    middle = 2 * np.floor((center + 0.5) / 2) + 0.5  # a cell begins half a pixel before its first
    steps = [[x, y] for y in (-2, 0, 2) for x in (-2, 0, 2)]
    np.testing.assert_allclose(places[0, :-1], np.tile(middle + steps, (3, 1, 1)))
    np.testing.assert_allclose(places[0, -1], middle + steps + [0, 8])


def test_a_network_of_another_method(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='AEHead has no AdaptiveConv2d'):
        draw_sampling(cfg, perfect_model.checkpoint, tmp_path, 1)
