import fakes
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData

SIDE = 32  # pixels and cells of painted images


@pytest.fixture
def predict_input():
    """Give the prediction of a network whose maps are its input itself, at a stride."""

    def predict(image, stride=1):
        steps = [
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(128, 128), size_factor=64),
            dict(type='PackPoseInputs'),
        ]
        with DefaultScope.overwrite_default_scope('mmpose_ae'):
            packed = Compose(steps)(dict(img=image))
        inputs = packed['inputs'].float() / 255
        maps = torch.nn.functional.avg_pool2d(inputs, stride)
        frame = packed['data_samples'].metainfo['frame']
        return fakes.prediction(maps, torch.cat([maps, 2 * maps]), frame)

    return predict


@pytest.fixture
def paint():
    """Make the prediction of an image whose people have known tags.

    ``tags`` (N, K, L) are painted under the people's keypoints, 99 everywhere else; ``visible``
    (N, K) says which are labelled. An image pixel is a cell.
    """

    def paint_tags(tags, visible=None, **metainfo):
        tags = np.asarray(tags, np.float32)
        num_people, num_keypoints, tag_dim = tags.shape
        maps = torch.full((tag_dim, num_keypoints, SIDE, SIDE), 99.0)
        keypoints = np.empty((num_people, num_keypoints, 2))
        for n in range(num_people):
            for k in range(num_keypoints):
                keypoints[n, k] = 2 * n, 3 * k
                maps[:, k, 3 * k, 2 * n] = torch.from_numpy(tags[n, k])
        visible = np.ones((num_people, num_keypoints)) if visible is None else np.array(visible)
        truth = InstanceData(keypoints=keypoints, keypoints_visible=visible)
        heatmaps = torch.zeros(num_keypoints, SIDE, SIDE)
        return fakes.prediction(heatmaps, maps.flatten(0, 1), gt_instances=truth, **metainfo)

    return paint_tags
