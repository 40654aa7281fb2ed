"""The released weights of Coupled Embedding in the shipped networks."""

import re
from pathlib import Path

import golden
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import convert_coupled_embedding
from mmpose_ae.models.heads import merge_resolutions
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/coupled_embedding'


def shipped(released):
    """The network of the config for a released one, on the default device."""
    higher, width, size, dataset = re.fullmatch(
        r'ce_(higher_)?hrnet(\d+)_(\d+)_(\w+)', released
    ).groups()
    network = f'{"higher" if higher else ""}hrnet-w{width}'
    path = CONFIGS / dataset / f'ce_{network}_8xb10-300e_{dataset}-{size}x{size}.py'
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return MODELS.build(Config.fromfile(path).model)


@pytest.mark.parametrize('released', golden.key_lists('ce_*'))
def test_every_released_key(released):
    """All keys land on a parameter of the shipped network, one to one, in its shape."""
    with torch.device('meta'):
        weights = {k: torch.empty(v) for k, v in golden.shapes(released).items()}
        model = shipped(released)
    expected = {k: v.shape for k, v in model.state_dict().items()}
    assert {k: v.shape for k, v in convert_coupled_embedding(weights).items()} == expected


@pytest.mark.parametrize('case', golden.cases('net_ce_posedet*.npz', 'in.x', 'out.tagmaps'))
def test_golden_outputs(case):
    """The whole network predicts what the release does, with the same weights."""
    expected = case.arrays('out.')
    num_keypoints, tag_dim = expected['tagmaps'].shape[1::3]
    width = int(re.search(r'_w(\d+)', case.path.stem)[1])
    released = 'ce_{}hrnet{}_{}_{}'.format(
        'higher_' if 'heatmaps1' in expected else '',
        width,
        {32: 512, 48: 640}[width],
        golden.DATASETS[num_keypoints],
    )
    model = shipped(released).eval()
    weights = golden.weights(golden.shapes(released), int(case['in.weight_seed']))
    model.load_state_dict(convert_coupled_embedding(weights))
    with torch.no_grad():
        (outputs,) = model.head(model.extract_feat(case.tensor('in.x')))
    tags = outputs.tags.unflatten(1, (tag_dim, -1)).permute(0, 2, 3, 4, 1)  # (B, K, h, w, L)
    ours = dict(tagmaps=tags, inference_heatmaps=merge_resolutions(outputs.heatmaps))
    ours.update({f'heatmaps{i}': heatmaps for i, heatmaps in enumerate(outputs.heatmaps)})
    for name, maps in ours.items():
        np.testing.assert_allclose(maps, expected[name], atol=1e-3, rtol=0)


def test_tags_by_keypoint_become_tags_by_dimension():
    """Two keypoints with tags of size 3, channels numbered as the release orders them."""
    weights = {
        f'head.{kind}_pred_layers.{parameter}': torch.arange(first, first + count)
        for kind, first, count in (('hms', 100, 2), ('tms', 0, 6))
        for parameter in ('weight', 'bias')
    }
    converted = convert_coupled_embedding(weights)
    assert set(converted) == {'head.final_layer.weight', 'head.final_layer.bias'}
    assert converted['head.final_layer.weight'].tolist() == [100, 101, 0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize(
    'key', ['head.hms_pred_layers.2.weight', 'backbone.stage5.0.weight', 'net.head.blocks.0.weight']
)
def test_unknown_keys(key):
    with pytest.raises(KeyError, match=f'unknown key .*{key}'):
        convert_coupled_embedding({key: torch.zeros(1)})


def test_a_missing_layer_is_named():
    weights = {f'head.hms_pred_layers.{p}': torch.zeros(2) for p in ('weight', 'bias')}
    with pytest.raises(KeyError, match='missing key .*head.tms_pred_layers.weight, '):
        convert_coupled_embedding(weights)
