import numpy as np
import pytest

from mmpose_ae.evaluation.instance_tags import group_margin, mean_tags, tag_correlation


def test_the_tag_of_a_person_is_the_mean_of_the_labelled_keypoints(paint):
    tags = [[[1, 10], [3, 20], [np.inf, -np.inf]], [[5, 5], [6, 6], [10, 10]]]
    sample = paint(tags, visible=[[1, 2, 0], [1, 1, 1]])
    np.testing.assert_array_equal(mean_tags(sample), [[2, 15], [7, 7]])


def test_people_without_a_labelled_keypoint_in_the_image_have_no_tag(paint):
    sample = paint([[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [7.0]]], [[0, 0], [1, 1], [1, 1]])
    sample['gt_instances']['keypoints'][1] += 100
    sample['gt_instances']['keypoints'][2, 0] -= 100
    np.testing.assert_array_equal(mean_tags(sample), [[7]])


def test_an_image_without_annotations(paint):
    sample = dict(paint(np.zeros((1, 3, 2))), gt_instances={})
    assert mean_tags(sample).shape == (0, 2)


@pytest.mark.parametrize(
    'tags, margin',
    [
        ([[0.0], [3.0], [2.5]], 0.5 - 1),
        ([[0, 0], [3, 4], [100, 0]], 5 - 1),  # Euclidean, not by dimension
        ([[2, 2], [2, 2]], -1.0),
    ],
)
def test_margin(tags, margin):
    assert group_margin(np.array(tags, np.float32), 1.0) == pytest.approx(margin)


@pytest.mark.parametrize('people', [0, 1])
def test_no_margin_without_a_pair(people):
    assert np.isnan(group_margin(np.zeros((people, 2)), 1.0))


@pytest.mark.parametrize(
    'tags, correlation',
    [
        ([[0, 0], [1, -2], [2, -4], [5, -10]], 1),  # on a line, whatever its direction
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], 0),
        ([[0, 0], [1, 0], [0, 1]], 0.5),  # covariance -1/9, variances 2/9
        # Two dimensions on a line, one independent of them: pairs 1, 0 and 0.
        ([[1, 2, 0], [-1, -2, 0], [0, 0, 1], [0, 0, -1]], 1 / 3),
        ([[0, 7, 0], [1, 7, 2], [2, 7, 4]], 1),  # the constant one does not count
    ],
)
def test_correlation(tags, correlation):
    found = tag_correlation(np.array(tags, np.float32))
    assert found == pytest.approx(correlation, abs=1e-9)


@pytest.mark.parametrize(
    'tags', [np.zeros((0, 8)), np.ones((1, 8)), np.eye(4)[:, :1], np.ones((5, 8))]
)
def test_no_correlation_without_two_dimensions_that_vary(tags):
    assert np.isnan(tag_correlation(tags))
