"""The released weights of CenterGroup under the names of this package."""

import golden
import numpy as np
import pytest
import torch
from test_key_maps import hrnet
from torch import nn

from mmpose_ae.checkpoints import convert_center_group
from mmpose_ae.models.center_group import CenterGroupHead
from mmpose_ae.models.heads import AEHead

PARTS = ('bu_model', 'group_model', 'kp_embed_cnn', 'person_embed_cnn')
DETECTORS = golden.key_lists('centergroup_bu_model_*')


def released_shapes(detector):
    """Shapes of all four parts of a released model; its width and number of keypoints."""
    lists = {part: golden.shapes(detector.replace('bu_model', part)) for part in PARTS}
    shapes = {
        f'{part}.{key}': tuple(shape) for part, keys in lists.items() for key, shape in keys.items()
    }
    types, width = shapes['bu_model.keypoint_head.final_layers.1.weight'][:2]
    return shapes, width, types - 1  # without the center


@pytest.mark.parametrize('detector', DETECTORS)
def test_every_released_key(detector):
    """All keys of the four parts land on a parameter, one to one, in its shape."""
    shapes, width, num_keypoints = released_shapes(detector)
    with torch.device('meta'):
        head = CenterGroupHead(width, num_keypoints, upsample=dict(num_blocks=4))
        model = nn.ModuleDict(dict(backbone=hrnet(width), head=head))
    expected = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    assert convert_center_group(shapes) == expected


@pytest.mark.parametrize('case', golden.cases('centergroup_cnn*.npz', 'in.x', 'out.bu_output1'))
def test_golden_detector_head(case):
    """Maps and features of the detector equal the release's, with the same weights."""
    x, types = case.tensor('in.x'), int(case['in.K']) + 1  # keypoints and the center
    prefix = 'keypoint_head.'
    layer = [types, x.shape[1], 1, 1]
    shapes = golden.matching_shapes(
        'centergroup_bu_model_*', lambda keys: keys[f'{prefix}final_layers.1.weight'] == layer
    )
    shapes = {k[len(prefix) :]: shape for k, shape in shapes.items() if k.startswith(prefix)}
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    named = {f'bu_model.{prefix}{k}': v for k, v in weights.items()}
    head = AEHead(x.shape[1], types, upsample=dict(num_blocks=4)).eval()
    head.load_state_dict(
        {k.replace('head.', '', 1): v for k, v in convert_center_group(named).items()}
    )
    with torch.no_grad():
        (outputs,) = head((x,))
    coarse, fine = outputs.heatmaps
    ours = torch.cat([coarse, outputs.tags], 1), fine
    for level, maps in enumerate(ours):
        expected = case[f'out.bu_output{level}']
        np.testing.assert_allclose(maps, expected, atol=1e-4, rtol=0)


def test_older_names():
    """The release still loads files in which encoder and grouping were called graph."""
    key = 'graph_model.graph_net.layers.2.linear1.bias'
    expected = 'head.grouping.encoder.layers.2.linear1.bias'
    assert list(convert_center_group({key: torch.zeros(1)})) == [expected]


@pytest.mark.parametrize(
    'key',
    [
        'bu_model.backbone.stage5.0.weight',
        'group_model.prediction_heads.0.loc_attn.o_linear.weight',
        'kp_embed_cnn.2.weight',
        'person_embed_cnn.3.conv3.weight',
        'state_dict.kp_embed_cnn.0.weight',
    ],
)
def test_unknown_keys(key):
    with pytest.raises(KeyError, match=f'unknown key .*{key}'):
        convert_center_group({key: torch.zeros(1)})
