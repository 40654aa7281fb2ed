import numpy as np
import pytest
import torch

from mmpose_ae.checkpoints import convert_center_group
from mmpose_ae.models.modules.center_group import EmbeddingNet


@pytest.mark.parametrize('case, released', [('coco', 'coco_w32'), ('crowd14', 'crowdpose_w48')])
def test_golden_embeddings(case, released, shared, golden_shapes, golden_weights):
    golden = np.load(shared / 'golden' / 'centergroup_cnn_head.npz')
    x = torch.from_numpy(golden[f'cnn_{case}.in.x'])
    weights = golden_weights(golden_shapes(f'centergroup_kp_embed_cnn_{released}'))
    named = convert_center_group({f'kp_embed_cnn.{k}': v for k, v in weights.items()})
    net = EmbeddingNet(x.shape[1]).eval()
    net.load_state_dict({k.replace('head.keypoint_embedding.', ''): v for k, v in named.items()})
    with torch.no_grad():
        np.testing.assert_allclose(net(x), golden[f'cnn_{case}.out.y'], atol=1e-4, rtol=0)


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
