"""A network that finds five people anywhere."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from small_configs import make_small, write_dataset

from mmpose_ae.registry import MODELS

CONFIG = (
    Path(__file__).resolve().parents[1]
    / 'configs/coco/recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'
)


@pytest.fixture
def trained(tmp_path):
    """Its config with images of two people, in ``small.py`` too, and its checkpoint."""
    torch.manual_seed(0)
    cfg = make_small(Config.fromfile(CONFIG))
    write_dataset(cfg, tmp_path)
    cfg.model.head.unroller = dict(lstm=dict(hidden_channels=8), max_instances=5)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
    torch.nn.init.constant_(model.head.unroller.stop.linear.bias, 20)
    torch.nn.init.constant_(model.head.unroller.first.to_heatmaps.bias, 1)
    torch.save(dict(state_dict=model.state_dict(), meta={}), tmp_path / 'random.pth')
    cfg.dump(tmp_path / 'small.py')
    return cfg, tmp_path / 'random.pth'
