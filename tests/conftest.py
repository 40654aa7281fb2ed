"""A network whose predictions are known: its checkpoint holds them; a CPU of another kind."""

import json
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from torch import Tensor, nn

from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

COCO = dict(from_file='configs/_base_/datasets/coco.py')


@MODELS.register_module()
class StoredMaps(nn.Module):
    """A backbone that gives back the maps in its weights, whatever the image."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.register_buffer('maps', torch.zeros(1, channels, side, side))

    def forward(self, inputs: Tensor) -> tuple:
        """Repeat the maps for each image."""
        return (self.maps.expand(len(inputs), -1, -1, -1),)


class PerfectModel(NamedTuple):
    """A config and a checkpoint, a picture, and the instances that are found in any picture."""

    config: Path
    checkpoint: Path
    image: Path
    keypoints: np.ndarray  # (2, 17, 2)


@pytest.fixture(scope='module')
def perfect_model(tiny_config: Path, tmp_path_factory: pytest.TempPathFactory) -> PerfectModel:
    """Two instances, with tags 0 and 5, in every image; the first image's annotation is one."""
    folder = tmp_path_factory.mktemp('perfect')
    people = json.loads((tiny_config.parent / 'people.json').read_text())
    first = np.reshape(people['annotations'][0]['keypoints'], (17, 3))[:, :2]
    keypoints = np.stack([first, 63 - first])

    cfg = Config.fromfile(tiny_config)
    cfg.model.backbone = dict(type='StoredMaps', channels=34, side=32)
    cfg.model.test_cfg = dict(flip_test=False)
    cfg.dump(folder / 'perfect.py')

    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        sizes = dict(input_size=(64, 64), heatmap_size=(32, 32))
        codec = KEYPOINT_CODECS.build(dict(cfg.model.head.decoder, **sizes))
    heatmaps = torch.from_numpy(codec.encode(keypoints)['heatmaps'])
    second = torch.from_numpy(codec.encode(keypoints[1:])['heatmaps'])
    maps = torch.cat([heatmaps, 5.0 * (second == heatmaps)])
    weights = dict(state_dict={'backbone.maps': maps[None]})
    torch.save(dict(weights, meta=dict(dataset_meta=parse_pose_metainfo(COCO))), folder / 'p.pth')
    image = tiny_config.parent / 'images' / '0.png'
    return PerfectModel(folder / 'perfect.py', folder / 'p.pth', image, keypoints)


@pytest.fixture
def instructions(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Let the CPU have instructions for mixed precision, or none: ``instructions(True)``."""

    def pretend(there: bool) -> None:
        for name in ('bf16', 'fp16'):
            ask = f'_is_mkldnn_{name}_supported'
            monkeypatch.setattr(torch.ops.mkldnn, ask, lambda: there, raising=False)

    return pretend
