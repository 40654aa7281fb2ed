from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import convert_higher_hrnet
from mmpose_ae.registry import MODELS

CONFIG = (
    Path(__file__).resolve().parents[2]
    / 'configs/associative_embedding/coco/ae_higherhrnet-w32_4xb12-300e_coco-512x512.py'
)


@pytest.fixture(scope='module')
def model(golden_shapes, golden_weights):
    """The shipped HigherHRNet-w32 with the weights of the golden vectors, loaded strictly."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(Config.fromfile(CONFIG).model)
    model.load_state_dict(
        convert_higher_hrnet(golden_weights(golden_shapes('higherhrnet_w32_coco')))
    )
    model.eval()
    return model


@pytest.mark.parametrize('case', ['hh_sq', 'hh_wide'])
def test_golden_higher_hrnet(case, model, shared):
    golden = np.load(shared / 'golden' / 'net_higherhrnet_w32.npz')
    with torch.no_grad():
        features = model.extract_feat(torch.from_numpy(golden[f'{case}.in.x']))
        (outputs,) = model.head(features)
    quarter = torch.cat([outputs.heatmaps[0], outputs.tags], 1).numpy()
    np.testing.assert_allclose(quarter, golden[f'{case}.out.y0'], atol=1e-3, rtol=0)
    half = outputs.heatmaps[1].numpy()
    np.testing.assert_allclose(half, golden[f'{case}.out.y1'], atol=1e-3, rtol=0)
