import golden
import pytest
import torch
from mmpose.models.backbones import HRNet

from mmpose_ae.checkpoints import convert_higher_hrnet, convert_pose_ae_train
from mmpose_ae.models.modules import UpsampleModule


def hrnet(width):
    """MMPose's HRNet of the given width, without memory."""
    channels = [width * 2**i for i in range(4)]
    extra = {
        f'stage{n}': dict(
            num_modules=modules,
            num_branches=n,
            block='BASIC',
            num_blocks=(4,) * n,
            num_channels=channels[:n],
        )
        for n, modules in ((2, 1), (3, 4), (4, 3))
    }
    extra['stage1'] = dict(
        num_modules=1, num_branches=1, block='BOTTLENECK', num_blocks=(4,), num_channels=(64,)
    )
    with torch.device('meta'):
        return HRNet(extra)


@pytest.mark.parametrize('name', golden.key_lists('higherhrnet_*'))
def test_every_higher_hrnet_key(name):
    """All 1810 keys land on a parameter of MMPose's HRNet or of AEHead, one to one."""
    shapes = golden.shapes(name)
    width, num_keypoints = shapes['final_layers.1.weight'][1], shapes['final_layers.1.weight'][0]
    expected = {f'backbone.{k}': list(v.shape) for k, v in hrnet(width).state_dict().items()}
    upsample = UpsampleModule(width + 2 * num_keypoints, width).state_dict()
    expected.update({f'head.upsample_modules.0.{k}': list(v.shape) for k, v in upsample.items()})
    for layer, channels in (('final_layer', 2), ('upsample_final_layers.0', 1)):
        expected[f'head.{layer}.weight'] = [channels * num_keypoints, width, 1, 1]
        expected[f'head.{layer}.bias'] = [channels * num_keypoints]
    assert convert_higher_hrnet(shapes) == expected


@pytest.mark.parametrize(
    'key', ['final_layers.0', 'stage5.0.weight', 'module.conv1.weight', 'deconv_layers.0.0.2.bias']
)
def test_unknown_higher_hrnet_key(key):
    with pytest.raises(KeyError, match=f'unknown key .*{key}'):
        convert_higher_hrnet({key: torch.zeros(1)})


def test_every_pose_ae_train_key():
    """One to one, and the tensors are passed on untouched."""
    shapes = golden.shapes('posenet_full')
    converted = convert_pose_ae_train(shapes)
    assert list(converted.values()) == list(shapes.values())
    assert len(converted) == len(shapes) == 148


def test_pose_ae_train_hourglass_path():
    key = 'features.3.0.low2.low2.low1.bn.running_mean'
    expected = 'backbone.stacks.3.0.inner.inner.down.1.bn.running_mean'
    assert list(convert_pose_ae_train({key: torch.zeros(1)})) == [expected]


@pytest.mark.parametrize('key', ['pre.0.weight', 'features.0.0.low4.conv.bias', 'outs.0.bn.bias'])
def test_unknown_pose_ae_train_key(key):
    with pytest.raises(KeyError, match=f'unknown key .*{key}'):
        convert_pose_ae_train({key: torch.zeros(1)})
