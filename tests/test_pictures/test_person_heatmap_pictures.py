"""A head that asks MMPose's module about known centers."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.models.heads.heatmap_heads.cid_head import GFDModule

from mmpose_ae.models.heads import AEHead
from mmpose_ae.pictures import draw_person_heatmaps, person_heatmap_pictures
from mmpose_ae.registry import MODELS

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_person_heatmaps.py'
CELLS = torch.tensor([[3, 4], [10, 20], [0, 0], [31, 31], [5, 5]])


@MODELS.register_module()
class KnownCentersHead(AEHead):
    """See five people, the heatmaps of number n being n / 10 at its last keypoint."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.gfd_module = GFDModule(34, 17, 4)
        heatmaps = torch.zeros(5, 17, 32, 32)
        heatmaps[:, -1] = torch.arange(5.0)[:, None, None] / 10
        self.gfd_module.register_forward_hook(lambda *_: heatmaps)

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Call the module, as CID's head does."""
        features = feats[-1][0] if isinstance(feats[-1], (list, tuple)) else feats[-1]
        people = torch.zeros(5, dtype=torch.long)
        vectors = features[people, :, CELLS[:, 1], CELLS[:, 0]]
        self.gfd_module(features, vectors, CELLS, people)
        return super().predict(feats, batch_data_samples, test_cfg)


@pytest.fixture
def known(perfect_model, tmp_path):
    """Config and checkpoint of that head on maps of 32 cells over 64 pixels."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.head.type = 'KnownCentersHead'
    cfg.dump(tmp_path / 'centers.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    stored = torch.load(perfect_model.checkpoint, weights_only=False)
    torch.save(dict(stored, state_dict=weights | stored['state_dict']), tmp_path / 'centers.pth')
    return tmp_path / 'centers.py', tmp_path / 'centers.pth'


def test_the_best_centers_are_drawn(known, tmp_path, monkeypatch, capsys):
    """Cell 3 of stride 2 covers pixels 6 and 7, so its center is 6.5."""
    drawn = []
    monkeypatch.setattr(
        person_heatmap_pictures,
        'plot_person_heatmaps',
        lambda *args: drawn.append(args) or Figure(figsize=(1, 1)),
    )
    argv = [TOOL, *known, '--num', 1, '--out', tmp_path / 'new']
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    runpy.run_path(str(TOOL), run_name='__main__')
    assert str(tmp_path / 'new' / 'person_heatmaps_0.png') in capsys.readouterr().out
    ((image, centers, heatmaps),) = drawn
    assert image.shape == (64, 64, 3)
    assert centers.tolist() == [[6.5, 8.5], [20.5, 40.5], [0.5, 0.5], [62.5, 62.5]]
    np.testing.assert_allclose(heatmaps.max((1, 2)), [0, 0.1, 0.2, 0.3])


def test_a_network_of_another_method(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='AEHead has no GFDModule'):
        draw_person_heatmaps(cfg, perfect_model.checkpoint, tmp_path, 1)
