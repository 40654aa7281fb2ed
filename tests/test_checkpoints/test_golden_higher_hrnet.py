import re
from pathlib import Path

import golden
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import convert_higher_hrnet
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/associative_embedding'


@pytest.mark.parametrize('case', golden.cases('net_higherhrnet_w*.npz', 'in.x', 'out.y0', 'out.y1'))
def test_golden_higher_hrnet(case):
    """The shipped network predicts what the release does, with the same weights."""
    width = re.search(r'_w(\d+)', case.path.stem)[1]
    dataset = golden.DATASETS[case['out.y1'].shape[1]]
    configs = (CONFIGS / dataset).glob(f'ae_higherhrnet-w{width}_*{dataset}-???x???.py')
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(Config.fromfile(min(configs)).model).eval()
    shapes = golden.shapes(f'higherhrnet_w{width}_{dataset}')
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    model.load_state_dict(convert_higher_hrnet(weights))
    with torch.no_grad():
        (outputs,) = model.head(model.extract_feat(case.tensor('in.x')))
    quarter = torch.cat([outputs.heatmaps[0], outputs.tags], 1)
    np.testing.assert_allclose(quarter, case['out.y0'], atol=1e-3, rtol=0)
    np.testing.assert_allclose(outputs.heatmaps[1], case['out.y1'], atol=1e-3, rtol=0)
