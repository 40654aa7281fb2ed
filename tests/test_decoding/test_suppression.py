"""Who was found twice is left out: by hand, and as MMPose's NMS of keypoints nearby."""

import numpy as np
import pytest
from mmpose.evaluation.functional.nms import nearby_joints_nms

from mmpose_ae.decoding import CenterDecoding, PoseSuppression, read_decoding
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses

TRIANGLE = np.array([[0, 0], [30, 0], [0, 40], [10, 10]], np.float32)  # its diagonal is 50


def poses(keypoints, scores):
    """People whose keypoints all have the score of the person."""
    scores = np.asarray(scores, np.float32)
    return Poses(np.array(keypoints), np.repeat(scores[:, None], 4, axis=1), scores)


@pytest.mark.parametrize('moved, left', [(2.4, [0.9]), (2.6, [0.5, 0.9])])
def test_keypoints_are_close_within_a_twentieth_of_the_diagonal(moved, left):
    found = PoseSuppression().suppress(poses([TRIANGLE, TRIANGLE + [moved, 0]], [0.5, 0.9]))
    np.testing.assert_allclose(found.instance_scores, left)


@pytest.mark.parametrize('shared, count', [(2, 2), (3, 1)])
def test_more_than_half_of_the_keypoints_have_to_be_close(shared, count):
    other = TRIANGLE.copy()
    other[shared:] += 100
    assert len(PoseSuppression().suppress(poses([TRIANGLE, other], [0.9, 0.5]))) == count


@pytest.mark.parametrize('moved, count', [(0, 1), (0.04, 1), (0.06, 2)])
def test_people_of_one_keypoint_are_found_twice_too(moved, count):
    """Their diagonal is 0, which counts as a pixel: close is within a twentieth of one."""
    points = np.float32([[[5, 5]], [[5 + moved, 5]]])
    scores = np.float32([0.5, 0.9])
    found = PoseSuppression().suppress(Poses(points, scores[:, None], scores))
    assert len(found) == count and found.instance_scores.max() == np.float32(0.9)


def test_the_one_with_higher_heatmaps_stays_whatever_ranks_them():
    twins = poses([TRIANGLE, TRIANGLE], [0.9, 0.5])
    twins.keypoint_scores[:] = [[0.2], [0.8]]
    found = PoseSuppression().suppress(twins)
    np.testing.assert_allclose(found.instance_scores, [0.5])


def test_nobody_is_nobody():
    assert len(PoseSuppression().suppress(poses(np.zeros((0, 4, 2)), []))) == 0


@pytest.mark.parametrize('seed', range(5))
def test_it_is_the_nms_of_mmpose(seed):
    """Of forty people, most of them found two or three times within some pixels."""
    rng = np.random.default_rng(seed)
    people = rng.uniform(0, 1000, (15, 1, 2)) + rng.uniform(0, 100, (15, 17, 2))
    twice = people[rng.integers(0, 15, 40)] + rng.uniform(-2, 2, (40, 17, 2))
    scores = rng.uniform(0.1, 1, (40, 17))
    found = PoseSuppression().suppress(Poses(twice, scores, np.ones(40)))
    known = [dict(keypoints=pose, score=score) for pose, score in zip(twice, scores)]
    kept = nearby_joints_nms(known, 0.05, score_per_joint=True)
    assert 0 < len(kept) < 16
    np.testing.assert_array_equal(found.keypoints, twice[np.sort(kept)])


def test_decoding_leaves_out_and_ranks():
    decoding = CenterDecoding(suppression=PoseSuppression())
    assert read_decoding(decoding.to_dict()) == decoding
    assert read_decoding(dict(type='CenterDecoding')).suppression is None
    twins = np.stack([TRIANGLE, TRIANGLE + 100, TRIANGLE])[None]
    scores = np.array([[0.2, 0.6, 0.3]], np.float32)
    arrays = dict(
        cells=twins,
        keypoint_scores=np.repeat(scores[..., None], 4, axis=2),
        instance_scores=scores,
        center_mask=np.ones((1, 3), bool),
    )
    (found,) = decoding(arrays, Grid((64, 64), (1, 1)))
    np.testing.assert_allclose(found.instance_scores, [0.6, 0.3])


@pytest.mark.parametrize('option', [dict(distance=0), dict(share=1.5)])
def test_options_are_checked(option):
    (name,) = option
    with pytest.raises(ValueError, match=f'{name} of suppression must be'):
        PoseSuppression(**option)
