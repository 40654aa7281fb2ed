"""Single annotations, by hand."""

import numpy as np
import pytest

from mmpose_ae.datasets.annotations import is_labelled, keypoint_array


def test_keypoints_are_read():
    keypoints = keypoint_array(dict(keypoints=[1, 2, 0, 3, 4, 2]), 2)
    np.testing.assert_array_equal(keypoints, [[1, 2, 0], [3, 4, 2]])
    assert keypoints.dtype == np.float32


@pytest.mark.parametrize(
    'values, message',
    [
        ([1, 2, 2], r'annotation 7 of image 3 has 3 keypoint values, .* 2 keypoints'),
        ([1, 2, 2, 3, float('nan'), 2], r'annotation 7 of image 3 .* not finite'),
    ],
)
def test_wrong_keypoints_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        keypoint_array(dict(id=7, image_id=3, keypoints=values), 2)


@pytest.mark.parametrize(
    'ann, labelled',
    [
        (dict(keypoints=[5, 5, 1, 0, 0, 0]), True),
        (dict(keypoints=[5, 5, 2, 0, 0, 0], num_keypoints=0, iscrowd=0), True),
        (dict(keypoints=[5, 5, 0, 0, 0, 0]), False),
        (dict(keypoints=[5, 5, 2, 0, 0, 0], iscrowd=1), False),
        (dict(), False),
    ],
)
def test_is_labelled(ann, labelled):
    assert is_labelled(ann) is labelled


@pytest.mark.parametrize(
    'values, message',
    [
        ('nose', "the keypoints 'nose', expected a list of 6 numbers"),
        (['1'] * 6, 'expected a list of 6 numbers'),
        ([[1, 2, 2], [3, 4, 2]], 'expected a list of 6 numbers'),
        ([[1, 2, 2], [3, 4]], 'expected a list of 6 numbers'),
        ([], 'expected a list of 6 numbers'),
        ([1, 2, 10**400, 3, 4, 2], 'expected a list of 6 numbers'),
        ([1, 2, 3, 3, 4, 0], 'visibilities from 0 to 3, expected 0 .* 1 .* or 2'),
        ([1, 2, -1, 3, 4, 0], 'visibilities from -1 to 0'),
    ],
)
def test_keypoints_that_are_none_are_named(values, message):
    with pytest.raises(ValueError, match=f'annotation 7 of image 3 has .*{message}'):
        keypoint_array(dict(id=7, image_id=3, keypoints=values), 2)
