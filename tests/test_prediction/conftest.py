"""A small network of random weights, whose predictions depend on the picture."""

from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.registry import MODELS


class SmallModel(NamedTuple):
    """A config and a checkpoint."""

    config: Path
    checkpoint: Path


@pytest.fixture(scope='session')
def small_model(tiny_config: Path, tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    """Random weights, the same every time; few people, since these take long to group."""
    folder = tmp_path_factory.mktemp('small')
    small = SmallModel(folder / 'small.py', folder / 'small.pth')
    cfg = Config.fromfile(tiny_config)
    cfg.model.head.decoder.candidates = dict(max_candidates=8)
    cfg.dump(small.config)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict()), small.checkpoint)
    return small
