import numpy as np
import pytest
import torch
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmpose.structures import PoseDataSample

from mmpose_ae.visualization import crop_maps, image_to_cells, read_tags


def prediction(image, stride=1):
    """A sample whose heatmaps are the network's input itself, at a stride."""
    steps = [
        dict(type='LoadImage'),
        dict(type='BottomupResize', input_size=(128, 128), size_factor=64),
        dict(type='PackPoseInputs'),
    ]
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        packed = Compose(steps)(dict(img=image))
    inputs = packed['inputs'].float() / 255
    maps = torch.nn.functional.avg_pool2d(inputs, stride)
    sample = packed['data_samples']
    sample.set_metainfo(dict(batch_input_shape=tuple(inputs.shape[1:])))
    sample.pred_fields = PixelData(heatmaps=maps, tags=torch.cat([maps, 2 * maps]))
    return sample


@pytest.mark.parametrize('size', [(150, 90), (90, 150), (300, 310)])
@pytest.mark.parametrize('stride', [1, 4])
def test_cells_follow_the_pipeline(size, stride):
    """A white square moves with the image: its centre of mass is found where it is said to be."""
    image = np.zeros((*size[::-1], 3), np.uint8)
    image[30:50, 60:80] = 255
    sample = prediction(image, stride)
    seen = sample.pred_fields.heatmaps[0].numpy()
    rows, columns = np.indices(seen.shape)
    centre = [(columns * seen).sum() / seen.sum(), (rows * seen).sum() / seen.sum()]
    np.testing.assert_allclose(image_to_cells(np.array([69.5, 39.5]), sample), centre, atol=0.1)


def test_tags_are_read_under_the_keypoint_of_each_type():
    """Cells of 4 pixels: the keypoints lie in cells (0, 0) and (2, 1); channel l * K + k."""
    tags = torch.zeros(4, 3, 3)
    tags[:, 0, 0] = torch.tensor([1.0, 2.0, 3.0, 4.0])
    tags[:, 1, 2] = torch.tensor([5.0, 6.0, 7.0, 8.0])
    meta = dict(
        input_size=(12, 12),
        input_center=np.array([6, 6]),
        input_scale=np.array([12, 12]),
        batch_input_shape=(12, 12),
    )
    sample = PoseDataSample(metainfo=meta)
    sample.pred_fields = PixelData(heatmaps=torch.zeros(2, 3, 3), tags=tags)
    keypoints = np.array([[[1, 2], [10, 5]], [[9, 6], [-30, 0]]], float)
    expected = [[[1, 3], [6, 8]], [[5, 7], [2, 4]]]  # (N, K, L)
    np.testing.assert_array_equal(read_tags(keypoints, sample), expected)


@pytest.mark.parametrize('size', [(150, 90), (90, 150)])
def test_padding_is_cropped(size):
    sample = prediction(np.full((*size[::-1], 3), 255, np.uint8))
    heatmaps, tags = crop_maps(sample)
    full = sample.pred_fields.heatmaps.numpy()
    assert (full == 0).any()
    assert heatmaps.min() > 0.3  # only the blend at the border
    assert heatmaps.sum() > 0.98 * full.sum()
    np.testing.assert_allclose(tags, np.concatenate([heatmaps, 2 * heatmaps]))
