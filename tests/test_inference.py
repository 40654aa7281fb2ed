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


ARRAYS = {
    'gray': lambda image: image[..., 0],
    'one channel': lambda image: image[..., :1],
    'whole floats': lambda image: image.astype(np.float64),
    'int64': lambda image: image.astype(np.int64),
}


@pytest.mark.parametrize('form', ARRAYS)
def test_arrays_of_other_forms_are_read_as_files_are(inferencer, perfect_model, form):
    gray = np.repeat(mmcv.imread(str(perfect_model.image))[..., :1], 3, axis=2)
    (batch, _), (same, _) = (
        next(iter(inferencer.inferencer.preprocess([image])))
        for image in (gray, ARRAYS[form](gray))
    )
    assert all((a == b).all() for a, b in zip(batch['inputs'], same['inputs']))
    (result,) = inferencer(ARRAYS[form](gray))
    (people,) = result['predictions']
    check_instances([person['keypoints'] for person in people], perfect_model.keypoints)


@pytest.mark.parametrize('array', [
    np.zeros((64, 64, 3), np.uint16),
    np.random.rand(64, 64, 3),
    np.zeros((64, 64, 4), np.uint8),
    np.zeros((0, 64, 3), np.uint8),
    np.full((64, 64, 3), np.nan),
], ids=['uint16', 'parts of 1', 'alpha', 'empty', 'nan'])  # fmt: skip
def test_arrays_that_are_no_images_are_refused(inferencer, array):
    with pytest.raises(ValueError, match=r'expected \(H, W, 3\), BGR, uint8 in 0..255'):
        next(inferencer(array))


def test_people_keep_their_score_and_box(inferencer, perfect_model):
    """The highest peak of a Gaussian between cells is below 1; a person's score is their mean."""
    (result,) = inferencer(str(perfect_model.image))
    (people,) = result['predictions']
    for person in people:
        assert person['bbox_score'] == pytest.approx(np.mean(person['keypoint_scores']))
        assert 0.5 < person['bbox_score'] < 1
        (box,) = person['bbox']
        keypoints = np.array(person['keypoints'])
        np.testing.assert_allclose(box, [*keypoints.min(0), *keypoints.max(0)], atol=1e-4)


def test_people_may_be_filtered_by_the_score(inferencer, perfect_model):
    """Both have the same: the second one is the first one turned by half a circle."""
    pose2d = inferencer.inferencer
    ((batch, _),) = pose2d.preprocess([str(perfect_model.image)])
    (sample,) = pose2d.forward(batch)
    scores = sample.pred_instances.bbox_scores
    assert scores == pytest.approx([scores[0]] * 2)
    for threshold, left in ((scores[0] - 0.01, 2), (scores[0] + 0.01, 0)):
        ((batch, _),) = pose2d.preprocess([str(perfect_model.image)])
        (sample,) = pose2d.forward(batch, bbox_thr=threshold)
        assert len(sample.pred_instances) == left
        (result,) = inferencer(str(perfect_model.image), bbox_thr=float(threshold))
        assert len(result['predictions'][0]) == left
    (result,) = inferencer(str(perfect_model.image), pose_based_nms=True)  # needs scores, too
    assert len(result['predictions'][0]) == 2


def test_boxes_are_drawn(inferencer, perfect_model):
    """Green pixels on the edges of the boxes, which are not there unless they are asked for."""
    blank = np.zeros((64, 64, 3), np.uint8)
    pictures = {}
    for draw_bbox in (False, True):
        options = dict(return_vis=True, draw_bbox=draw_bbox, kpt_thr=2.0)  # no keypoints
        (result,) = inferencer(blank, **options)
        (pictures[draw_bbox],) = result['visualization']
    assert not pictures[False].any()
    drawn = pictures[True].any(-1)
    for keypoints in perfect_model.keypoints:
        left, top = np.round(keypoints.min(0)).astype(int)
        right, bottom = np.round(keypoints.max(0)).astype(int)
        for edge in (
            drawn[top - 1 : top + 2, left:right],
            drawn[bottom - 1 : bottom + 2, left:right],
            drawn[top:bottom, left - 1 : left + 2].T,
            drawn[top:bottom, right - 1 : right + 2].T,
        ):
            assert edge.any(0).mean() > 0.9
