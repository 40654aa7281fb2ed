"""MMPose's inference functions work on our configs."""

import cv2
import mmcv
import numpy as np
import pytest
from mmpose.apis import MMPoseInferencer, inference_bottomup, init_model


def check_instances(found, expected):
    """Compare instances in any order."""
    found = np.asarray(found)
    assert found.shape == expected.shape
    order = np.abs(found[0] - expected).mean((1, 2)).argsort()
    np.testing.assert_allclose(found, expected[order], atol=0.5)


@pytest.mark.parametrize('as_array', [False, True])
def test_inference_bottomup(perfect_model, as_array):
    model = init_model(perfect_model.config, str(perfect_model.checkpoint), device='cpu')
    image = str(perfect_model.image)
    (result,) = inference_bottomup(model, mmcv.imread(image) if as_array else image)
    check_instances(result.pred_instances.keypoints, perfect_model.keypoints)
    assert result.pred_instances.keypoint_scores.shape == (2, 17)


def test_results_are_in_pixels_of_the_image(perfect_model):
    """An image twice as large: the same maps mean keypoints twice as far apart."""
    model = init_model(perfect_model.config, str(perfect_model.checkpoint), device='cpu')
    (result,) = inference_bottomup(model, np.zeros((128, 128, 3), np.uint8))
    check_instances(result.pred_instances.keypoints / 2, perfect_model.keypoints)


@pytest.fixture
def inferencer(perfect_model):
    return MMPoseInferencer(
        pose2d=str(perfect_model.config),
        pose2d_weights=str(perfect_model.checkpoint),
        scope='mmpose_ae',
        device='cpu',
    )


@pytest.mark.parametrize('as_array', [False, True])
def test_inferencer(inferencer, perfect_model, as_array, tmp_path):
    image = str(perfect_model.image)
    inputs = mmcv.imread(image) if as_array else image
    (result,) = inferencer(inputs, out_dir=str(tmp_path), return_vis=True)
    (people,) = result['predictions']
    check_instances([person['keypoints'] for person in people], perfect_model.keypoints)
    (picture,) = result['visualization']
    assert picture.shape == (64, 64, 3)
    (saved,) = (tmp_path / 'visualizations').iterdir()
    assert cv2.imread(str(saved)).shape == (64, 64, 3)
