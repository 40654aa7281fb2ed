"""The whole way of a test image: resize, pyramid, batch, flip, merge, decode and back.

The network is a stand-in that sees what is painted: the colours of the image are the heatmaps of
three keypoints. So what it must find is known, at every scale, in pixels of the original image.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmcv.transforms import Compose
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from torch import nn

from mmpose_ae.registry import MODELS, TRANSFORMS

KEYPOINTS = np.array([[[40.0, 30.0], [90.0, 60.0], [70.0, 80.0]]])


@MODELS.register_module(name='PaintedBackbone')
class PaintedBackbone(nn.Module):
    """Heatmaps at a quarter of the input from its colours, and tags of 0."""

    def forward(self, x):
        maps = F.avg_pool2d(x, 4)
        return (torch.cat([maps, torch.zeros_like(maps)], dim=1),)


def paint(width, height):
    rows, columns = np.mgrid[:height, :width]
    x, y = KEYPOINTS[0].T[..., None, None]
    blobs = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 5.0**2))
    return (255 * blobs).transpose(1, 2, 0).astype(np.uint8)


def build(**test_cfg):
    codec = dict(
        type='AEDecoder',
        input_size=(128, 128),
        heatmap_size=(32, 32),
        sigma=2,
        decode_keypoint_order=[0, 1, 2],
    )
    return MODELS.build(
        dict(
            type='mmpose_ae.BottomupPoseEstimator',
            data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0] * 3, std=[255] * 3),
            backbone=dict(type='PaintedBackbone'),
            head=dict(type='AEHead', in_channels=6, final_layer=None, decoder=codec),
            test_cfg=test_cfg,
        )
    ).eval()


def predict(model, images, aug_scales=None):
    pipeline = [
        dict(type='LoadImage'),
        dict(
            type='BottomupResize',
            input_size=(128, 128),
            aug_scales=aug_scales,
            size_factor=32,
            resize_mode='expand',
        ),
        dict(type='PackPoseInputs'),
    ]
    pipeline = Compose([TRANSFORMS.build(step) for step in pipeline])
    batch = pseudo_collate([pipeline(dict(img=i, flip_indices=[0, 1, 2])) for i in images])
    with torch.no_grad():
        return model.test_step(batch)


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('restore', [False, True])
@pytest.mark.parametrize('aug_scales', [None, [0.5, 2.0]])
def test_painted_keypoints_are_found(flip, restore, aug_scales):
    """Images of odd and unequal sizes in one batch, at one scale and at three."""
    model = build(
        flip_test=flip, restore_heatmap_size=restore, multiscale_test=aug_scales is not None
    )
    images = [paint(161, 121), paint(127, 135), paint(128, 128)]
    # Bilinear upsampling puts a peak on the centre of a cell, up to half a cell away.
    limit = 2.0 if restore else 0.5
    for result in predict(model, images, aug_scales):
        found = result.pred_instances
        assert found.keypoints.shape == (1, 3, 2)
        np.testing.assert_allclose(found.keypoints, KEYPOINTS, atol=limit)
        assert found.keypoint_scores.min() > 0.5


def test_a_batch_gives_what_single_images_give():
    model = build(flip_test=True, multiscale_test=True)
    images = [paint(161, 121), paint(127, 135)]
    together = predict(model, images, [0.5])
    for image, batched in zip(images, together):
        (alone,) = predict(model, [image], [0.5])
        for name in ('keypoints', 'keypoint_scores', 'bbox_scores'):
            np.testing.assert_allclose(
                alone.pred_instances[name], batched.pred_instances[name], atol=1e-3
            )


def test_pyramids_fail_in_mmpose():
    """What we fix: MMPose's estimator stacks the scales."""
    model = build(multiscale_test=True)
    inputs = [torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 32, 32)]
    with pytest.raises(RuntimeError, match='equal size'):
        super(type(model), model).forward(inputs, [], mode='predict')
