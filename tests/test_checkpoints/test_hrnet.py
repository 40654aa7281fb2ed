"""Backbones trained on ImageNet, whose files hold more than a pose estimator needs."""

import re

import pytest
import torch
from test_key_maps import hrnet

from mmpose_ae.checkpoints import convert_hrnet
from mmpose_ae.checkpoints.hrnet import CLASSIFIER

# Of the layers that MMPose names as unexpected when it loads the files of both releases.
CLASSIFIERS = [
    'head.0.0.0.conv1.weight',
    'fc.bias',
    'incre_modules.0.0.bn1.num_batches_tracked',
    'downsamp_modules.2.0.weight',
    'final_layer.1.running_var',
    'classifier.weight',
    'stage4.2.fuse_layers.3.0.0.0.weight',
]


@pytest.mark.parametrize('width', [32, 48])
def test_every_key_of_the_backbone(width):
    """The keys of both releases are those of MMPose's HRNet."""
    shapes = {k: v.shape for k, v in hrnet(width).state_dict().items()}
    assert convert_hrnet(shapes) == {f'backbone.{k}': v for k, v in shapes.items()}
    assert not any(re.fullmatch(CLASSIFIER, key) for key in shapes)


@pytest.mark.parametrize('key', CLASSIFIERS)
def test_layers_that_classify_are_leftovers(key):
    assert re.fullmatch(CLASSIFIER, key)


def test_unknown_key():
    with pytest.raises(KeyError, match='unknown key .*layer2'):
        convert_hrnet({'layer2.0.weight': torch.zeros(1)})
