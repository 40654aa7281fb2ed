"""A neighbor who is pasted: pixels, people and who is hidden, by hand."""

import cv2
import numpy as np
import pytest

from mmpose_ae.registry import TRANSFORMS

BLACK, RED = (0, 0, 0), (0, 0, 255)


def paste(**options):
    return TRANSFORMS.build(dict(type='mmpose_ae.PasteNeighbor', **{'prob': 1.0, **options}))


@pytest.fixture
def neighbor(tmp_path):
    """A red square of 20 pixels with keypoints at its middle and 100 pixels to the right."""
    image = np.full((60, 140, 3), 255, np.uint8)
    image[10:30, 20:40] = RED
    cv2.imwrite(str(tmp_path / 'other.png'), image)
    outline = [[20, 10, 40, 10, 40, 30, 20, 30]]
    return dict(
        img_path=str(tmp_path / 'other.png'),
        annotation=dict(segmentation=outline, bbox=[20, 10, 20, 20]),
        keypoints=np.array([[29.5, 19.5], [130, 20]], np.float32),
        keypoints_visible=np.ones(2, np.float32),
    )


def two_people(neighbor):
    """On black: the box of the only labelled person is 40 x 40 around (50, 40)."""
    return dict(
        img=np.zeros((80, 100, 3), np.uint8),
        keypoints=np.array([[[50, 40], [35, 40]], [[50, 38], [48, 44]]], np.float32),
        keypoints_visible=np.array([[1, 1], [0, 0]], np.float32),
        bbox=np.array([[30, 20, 70, 60], [0, 0, 5, 5]], np.float32),
        bbox_score=np.ones(2, np.float32),
        area=np.array([1600, 25], np.float32),
        track_ids=np.array([3, 8]),
        neighbor=neighbor,
    )


def test_by_hand(neighbor):
    """Twice as large and right in front: the square covers 30 to 70, 20 to 60."""
    result = paste(scale_factor=(1, 1), shift_factor=0)(two_people(neighbor))
    red = (result['img'] == RED).all(-1)
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    assert rows[[0, -1]] == pytest.approx([20, 59], abs=1.1)
    assert columns[[0, -1]] == pytest.approx([30, 69], abs=1.1)
    assert result['track_ids'].tolist() == [3, 8, 9]
    np.testing.assert_allclose(result['keypoints'][2, 0], [49, 39])  # 2 * 29.5 - 10, 2 * 19.5
    assert result['keypoints_visible'].tolist() == [[0, 0], [0, 0], [1, 0]]  # one is outside
    np.testing.assert_allclose(result['bbox'][2], [30, 20, 70, 60], atol=1.1)
    assert result['area'][2] == pytest.approx(1600, rel=0.06)
    assert len(result['bbox_score']) == 3


def test_who_is_partly_seen_keeps_all_keypoints(neighbor):
    people = two_people(neighbor)
    people['keypoints'][0, 1] = 90, 40  # beside the neighbor
    result = paste(scale_factor=(1, 1), shift_factor=0)(people)
    assert result['keypoints_visible'][0].tolist() == [1, 1]


@pytest.mark.parametrize('change', ['nobody to paste', 'nobody to hide', 'chance'])
def test_nobody_is_pasted(neighbor, change):
    people = two_people(None if change == 'nobody to paste' else neighbor)
    if change == 'nobody to hide':
        people['keypoints_visible'][:] = 0
    result = paste(prob=0.0 if change == 'chance' else 1.0)(people)
    assert not result['img'].any() and len(result['keypoints']) == 2


def test_options_are_checked():
    with pytest.raises(ValueError, match='prob must be a number between 0 and 1, got 2'):
        paste(prob=2)
    with pytest.raises(ValueError, match='shift_factor must be'):
        paste(shift_factor=-1)
    for value in ((1.2, 0.8), 1.0, (1, 1, 1)):
        with pytest.raises(ValueError, match='scale_factor must be two numbers from 0 on, the lea'):
            paste(scale_factor=value)
    with pytest.raises(ValueError, match='least scale_factor must be'):
        paste(scale_factor=(0, 1))


def test_without_a_dataset_that_draws_neighbors(neighbor):
    people = two_people(neighbor)
    del people['neighbor']
    with pytest.raises(ValueError, match='that StillClipDataset draws'):
        paste()(people)
