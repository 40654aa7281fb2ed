import numpy as np

from mmpose_ae.pictures import instance_colors, match_instances

SQUARE = np.array([[0, 0], [100, 0], [0, 100], [100, 100]], float)


def test_colors_differ_and_repeat():
    colors = instance_colors(range(13))
    assert colors.shape == (13, 3) and colors.dtype == np.uint8
    assert len(np.unique(colors[:12], axis=0)) == 12
    np.testing.assert_array_equal(colors[12], colors[0])


def test_predictions_are_numbered_like_the_instances_they_show():
    truth = np.stack([SQUARE, SQUARE + 500])
    visible = np.ones((2, 4), bool)
    found = np.stack([SQUARE + 503, SQUARE + 2000, SQUARE - 3])
    assert match_instances(found, truth, visible).tolist() == [1, 3, 0]


def test_the_pairing_with_most_keypoints_in_place_wins():
    """The first prediction has 4 keypoints of the first instance, the second only 3."""
    visible = np.ones((1, 4), bool)
    worse = SQUARE.copy()
    worse[0] += 50
    assert match_instances(np.stack([worse, SQUARE]), SQUARE[None], visible).tolist() == [1, 0]


def test_keypoints_that_are_not_annotated_do_not_count():
    """Only the last keypoint is near, and nobody labelled it."""
    visible = np.array([[True, True, True, False]])
    found = SQUARE + 60
    found[3] = SQUARE[3]
    assert match_instances(found[None], SQUARE[None], visible).tolist() == [1]


def test_nobody_to_match():
    nobody, nothing = np.zeros((0, 4, 2)), np.zeros((0, 4), bool)
    assert match_instances(SQUARE[None], nobody, nothing).tolist() == [0]
    assert match_instances(nobody, SQUARE[None], np.ones((1, 4), bool)).tolist() == []
    assert match_instances(SQUARE[None], SQUARE[None], np.zeros((1, 4), bool)).tolist() == [1]
