"""The released weights of Coupled Embedding in the shipped networks."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.checkpoints import convert_coupled_embedding
from mmpose_ae.models.heads.test_time import merge_resolutions
from mmpose_ae.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/coupled_embedding'
DATASETS = ('coco', 'crowdpose')
NETWORKS = [
    (f'{higher}hrnet{width}_{size}', f'{higher.strip("_")}hrnet-w{width}', size)
    for higher in ('', 'higher_')
    for width, size in ((32, 512), (48, 640))
]


def shipped(network, size, dataset):
    """The network of a shipped config, on the default device."""
    path = CONFIGS / dataset / f'ce_{network}_8xb10-300e_{dataset}-{size}x{size}.py'
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        return MODELS.build(Config.fromfile(path).model)


@pytest.mark.parametrize('dataset', DATASETS)
@pytest.mark.parametrize('released, network, size', NETWORKS)
def test_every_released_key(released, network, size, dataset, golden_shapes):
    """All keys land on a parameter of the shipped network, one to one, in its shape."""
    with torch.device('meta'):
        weights = {k: torch.empty(v) for k, v in golden_shapes(f'ce_{released}_{dataset}').items()}
        model = shipped(network, size, dataset)
    expected = {k: v.shape for k, v in model.state_dict().items()}
    assert {k: v.shape for k, v in convert_coupled_embedding(weights).items()} == expected


@pytest.mark.parametrize(
    'case, golden, released, network, dataset',
    [
        ('det_hrnet', 'hrnet_w32_coco', *NETWORKS[0][:2], 'coco'),
        ('det_higher', 'higher_w32_crowdpose', *NETWORKS[2][:2], 'crowdpose'),
    ],
)
def test_golden_outputs(
    case, golden, released, network, dataset, shared, golden_shapes, golden_weights
):
    """The whole network predicts what the release does, with the same weights."""
    data = np.load(shared / 'golden' / f'net_ce_posedet_{golden}.npz')
    model = shipped(network, 512, dataset).eval()
    weights = golden_weights(golden_shapes(f'ce_{released}_{dataset}'))
    model.load_state_dict(convert_coupled_embedding(weights))
    with torch.no_grad():
        (outputs,) = model.head(model.extract_feat(torch.from_numpy(data[f'{case}.in.x'])))
    tags = outputs.tags.unflatten(1, (8, -1)).permute(0, 2, 3, 4, 1)  # (B, K, h, w, L)
    ours = dict(tagmaps=tags, inference_heatmaps=merge_resolutions(outputs))
    ours.update({f'heatmaps{i}': heatmaps for i, heatmaps in enumerate(outputs.heatmaps)})
    for name, maps in ours.items():
        np.testing.assert_allclose(maps, data[f'{case}.out.{name}'], atol=1e-3, rtol=0)


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
