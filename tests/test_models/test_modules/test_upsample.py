import golden
import pytest
import torch

from mmpose_ae.models.modules import UpsampleModule


@pytest.mark.parametrize('kernel_size', [2, 3, 4, 5])
def test_doubles_the_resolution(kernel_size):
    module = UpsampleModule(5, 3, num_blocks=1, kernel_size=kernel_size)
    assert module(torch.rand(2, 5, 4, 7)).shape == (2, 3, 8, 14)


def test_is_centered_on_its_input():
    """A constant kernel of size 4 spreads cell i over the pixels 2i - 1 .. 2i + 2."""
    module = UpsampleModule(1, 1, num_blocks=0, norm_cfg=dict(type='BN')).eval()
    torch.nn.init.ones_(module.deconv[0].weight)
    x = torch.zeros(1, 1, 4, 4)
    x[..., 1, 2] = 1
    out = module(x)[0, 0]
    assert (out > 0).nonzero().tolist() == [[y, x] for y in range(1, 5) for x in range(3, 7)]


def test_kernel_smaller_than_the_stride():
    with pytest.raises(ValueError, match='kernel_size must be at least the stride 2, got 1'):
        UpsampleModule(2, 2, kernel_size=1)


@pytest.mark.parametrize('name', golden.key_lists('higherhrnet_*'))
def test_golden_higher_hrnet_keys(name):
    """The released deconvolution has the parameters of ours, in the same order."""
    shapes = golden.shapes(name)
    num_keypoints, width = shapes['final_layers.1.weight'][:2]
    prefix = 'deconv_layers.0.'
    released = [tuple(shape) for key, shape in shapes.items() if key.startswith(prefix)]
    ours = UpsampleModule(width + 2 * num_keypoints, width).state_dict()
    assert [tuple(value.shape) for value in ours.values()] == released
