"""Methods that have a whole pose for each center predict from pictures as every other one does."""

from pathlib import Path

import fakes
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import save_checkpoint
from mmpose.apis import MMPoseInferencer
from small_configs import make_small

from mmpose_ae import Predictor
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


@pytest.mark.parametrize('method', ['cid', 'dekr'])
def test_people_of_pictures(method, tmp_path):
    """Two pictures at a time, as MMPose's inferencer has them one by one; drawn, too."""
    (leaf,) = CONFIGS.glob(f'{method}/synth_crowd/{method}_*.py')
    cfg = make_small(Config.fromfile(leaf))
    cfg.model.head.decoder.candidates = dict(max_candidates=4, threshold=0.0)
    cfg.dump(tmp_path / 'small.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model)
    for parameter in model.head.parameters():
        torch.nn.init.normal_(parameter, 0.1, 0.3)  # the default leaves hardly any peak
    files = [str(tmp_path / name) for name in ('small.py', 'small.pth')]
    save_checkpoint(dict(state_dict=model.state_dict()), files[1])
    pictures = [fakes.spots(), fakes.spots((90, 70))]
    predictor = Predictor(*files, device='cpu', score_threshold=0.0, batch_size=2)
    inferencer = MMPoseInferencer(*files, scope='mmpose_ae', device='cpu')
    for picture, found in zip(pictures, predictor(pictures)):
        (expected,) = next(inferencer(picture))['predictions']
        assert 0 < len(expected) == len(found)
        keypoints = [person['keypoints'] for person in expected]
        np.testing.assert_allclose(found.poses.keypoints, keypoints, atol=0.01)
        assert found.draw().shape == picture.shape
