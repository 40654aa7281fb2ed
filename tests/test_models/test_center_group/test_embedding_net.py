import golden
import numpy as np
import pytest
import torch

from mmpose_ae.checkpoints import convert_center_group
from mmpose_ae.models.center_group import EmbeddingNet


@pytest.mark.parametrize('case', golden.cases('centergroup_cnn*.npz', 'in.x', 'out.y'))
def test_golden_embeddings(case):
    x = case.tensor('in.x')
    shapes = golden.matching_shapes(
        'centergroup_kp_embed_cnn_*', lambda keys: keys['0.weight'][1] == x.shape[1]
    )
    weights = golden.weights(shapes, int(case['in.weight_seed']))
    named = convert_center_group({f'kp_embed_cnn.{k}': v for k, v in weights.items()})
    net = EmbeddingNet(x.shape[1]).eval()
    net.load_state_dict({k.replace('head.keypoint_embedding.', ''): v for k, v in named.items()})
    with torch.no_grad():
        np.testing.assert_allclose(net(x), case['out.y'], atol=1e-4, rtol=0)


def test_features_of_the_right_width_are_not_widened():
    net = EmbeddingNet(16, 16, num_blocks=1)
    assert net(torch.rand(2, 16, 4, 6)).shape == (2, 16, 4, 6)
    assert not list(net.widen.parameters())


def test_initial_weights_are_its_own():
    """Not those of a head that draws its convolutions with a deviation of 0.001."""
    net = EmbeddingNet(32)
    net.init_weights()
    assert net.blocks[0].conv1.weight.std().item() == pytest.approx(
        (2 / (128 * 9)) ** 0.5, rel=0.05
    )
