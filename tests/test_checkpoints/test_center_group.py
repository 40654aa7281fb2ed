"""The released weights of CenterGroup under the names of this package."""

import numpy as np
import pytest
import torch
from test_key_maps import hrnet
from torch import nn

from mmpose_ae.checkpoints import convert_center_group
from mmpose_ae.models.heads import AEHead, CenterGroupHead

PARTS = ('bu_model', 'group_model', 'kp_embed_cnn', 'person_embed_cnn')


@pytest.mark.parametrize(
    'released, width, num_keypoints',
    [('coco_w32', 32, 17), ('coco_w48', 48, 17), ('crowdpose_w48', 48, 14)],
)
def test_every_released_key(released, width, num_keypoints, golden_shapes):
    """All keys of the four parts land on a parameter, one to one, in its shape."""
    shapes = {
        f'{part}.{key}': tuple(shape)
        for part in PARTS
        for key, shape in golden_shapes(f'centergroup_{part}_{released}').items()
    }
    with torch.device('meta'):
        head = CenterGroupHead(width, num_keypoints, upsample=dict(num_blocks=4))
        model = nn.ModuleDict(dict(backbone=hrnet(width), head=head))
    expected = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    assert convert_center_group(shapes) == expected


@pytest.mark.parametrize('case, released', [('coco', 'coco_w32'), ('crowd14', 'crowdpose_w48')])
def test_golden_detector_head(case, released, shared, golden_shapes, golden_weights):
    """Maps and features of the detector equal the release's, with the same weights."""
    data = np.load(shared / 'golden' / 'centergroup_cnn_head.npz')
    prefix = 'keypoint_head.'
    shapes = {
        key[len(prefix) :]: shape
        for key, shape in golden_shapes(f'centergroup_bu_model_{released}').items()
        if key.startswith(prefix)
    }
    named = {f'bu_model.{prefix}{k}': v for k, v in golden_weights(shapes).items()}
    x = torch.from_numpy(data[f'head_{case}.in.x'])
    head = AEHead(
        x.shape[1], int(data[f'head_{case}.in.K']) + 1, upsample=dict(num_blocks=4)
    ).eval()
    head.load_state_dict(
        {k.replace('head.', '', 1): v for k, v in convert_center_group(named).items()}
    )
    with torch.no_grad():
        (((coarse, fine), tags),) = head((x,))
    ours = torch.cat([coarse, tags], 1), fine
    for level, maps in enumerate(ours):
        expected = data[f'head_{case}.out.bu_output{level}']
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
