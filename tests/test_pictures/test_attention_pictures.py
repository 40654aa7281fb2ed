import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import load_from_local
from mmpose_ae.models.center_group import CenterGroupingModule, Nodes
from mmpose_ae.models.heads import AEHead
from mmpose_ae.pictures import attention_pictures, draw_attention
from mmpose_ae.registry import MODELS

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_attention.py'


@MODELS.register_module()
class KnownAttentionHead(AEHead):
    """Group two centers and a padded one with a candidate of each type, all of them alike.

    The first center is no instance, and no keypoint but the first is visible.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.grouping = CenterGroupingModule(17, num_layers=0)

    def predict(self, feats, batch_data_samples, test_cfg=None):
        """Call the grouping module, as a head does that uses it."""
        prediction = self.grouping.predictions[0]
        prediction.attention.query.weight.data.zero_()
        prediction.center_mlp.register_forward_hook(
            lambda *_: torch.tensor([-1.0, 1.0, 1.0])[None, :, None]
        )
        prediction.visibility_mlp.register_forward_hook(
            lambda *_: 0.5 - torch.arange(17.0)[None, None, :, None].expand(1, 3, -1, -1)
        )
        x = 10 + torch.arange(17).float()
        places = torch.stack([x, torch.full_like(x, 20)], -1)[None, :, None].repeat(1, 1, 2, 1)
        real = torch.tensor([True, False]).expand(1, 17, -1)
        keypoints = Nodes(*torch.randn(2, 1, 17, 2, 128), places, real)
        places = torch.tensor([[8.0, 8.0], [40.0, 60.0], [0.0, 0.0]])[None, None]
        real = torch.tensor([[[True, True, False]]])
        self.grouping(keypoints, Nodes(*torch.randn(2, 1, 1, 3, 128), places, real))
        return super().predict(feats, batch_data_samples, test_cfg)


@pytest.fixture
def cfg(perfect_model):
    """A network that groups by attention; images of 64 pixels become inputs of 128."""
    cfg = Config.fromfile(perfect_model.config)
    cfg.model.head.type = 'KnownAttentionHead'
    cfg.val_dataloader.dataset.pipeline[1].input_size = (128, 128)
    return cfg


@pytest.fixture
def checkpoint(cfg, perfect_model, tmp_path):
    """The perfect maps, and a grouping that was not trained."""
    known = load_from_local(perfect_model.checkpoint)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    torch.save(
        dict(known, state_dict={**weights, **known['state_dict']}), tmp_path / 'grouping.pth'
    )
    return tmp_path / 'grouping.pth'


@pytest.mark.parametrize('aug_scales', [None, [2.0]])
def test_what_is_drawn_was_attended_to(cfg, checkpoint, tmp_path, monkeypatch, aug_scales):
    """Only the center that is an instance, and candidates that do not fill up; of one scale."""
    cfg.val_dataloader.dataset.pipeline[1].aug_scales = aug_scales
    cfg.model.test_cfg.multiscale_test = aug_scales is not None
    drawn, draw = [], attention_pictures.plot_attention
    monkeypatch.setattr(
        attention_pictures, 'plot_attention', lambda *args: drawn.append(args) or draw(*args)
    )
    paths = draw_attention(cfg, checkpoint, tmp_path / 'new', num_images=2)
    assert [path.name for path in paths] == ['attention_0.png', 'attention_4.png']
    assert all(path.is_file() for path in paths)
    image, found = drawn[0]
    assert image.shape == (64, 64, 3)
    assert found.centers.tolist() == [[20.0, 30.0]]
    assert found.candidates.tolist() == [[5 + k / 2, 10.0] for k in range(17)]
    np.testing.assert_allclose(found.attention, np.full((1, 17, 17), 1 / 17), rtol=1e-5)
    assert found.visible.tolist() == [[True] + [False] * 16]


def test_command_line(cfg, checkpoint, tmp_path, monkeypatch, capsys):
    cfg.dump(tmp_path / 'attention.py')
    options = ['--out', tmp_path, '--num', 1, '--cfg-options', 'model.test_cfg.flip_test=True']
    argv = [TOOL, tmp_path / 'attention.py', checkpoint, *options]
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    runpy.run_path(str(TOOL), run_name='__main__')
    assert (tmp_path / 'attention_0.png').is_file()
    assert str(tmp_path / 'attention_0.png') in capsys.readouterr().out


def test_a_network_that_groups_otherwise(perfect_model, tmp_path):
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='AEHead has no CenterGroupingModule'):
        draw_attention(cfg, perfect_model.checkpoint, tmp_path, 1)
