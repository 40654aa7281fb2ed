"""Rules of refinement on people of few keypoints, worked out by hand."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.single_person import AverageVotes, Boxes, ReplaceByVotes, Votes, WeighVotes

POINTS = np.array([[[0, 0], [100, 0], [0, 50], [50, 25]]], np.float32)  # the last one was not found
FOUND = np.array([[0.9, 0.4, 0.6, 0.0]], np.float32)
PLACES = np.array([[[3, 4], [100, 60], [0, 52], [40, 20]]], float)  # 5, 60 and 2 pixels away
SURE = np.array([[0.1, 0.8, 0.2, 0.05]])


def people(scores=FOUND, points=POINTS, filled=None):
    count = len(points)
    return Poses(points, scores, np.full(count, 0.5, np.float32), None, filled)


def test_replacing_by_the_release():
    """Votes of more than .15, and the missing one whatever its vote."""
    refined = ReplaceByVotes()(people(), Votes(PLACES, SURE))
    np.testing.assert_array_equal(refined.keypoints[0], [[0, 0], [100, 60], [0, 52], [40, 20]])
    np.testing.assert_allclose(refined.keypoint_scores[0], [0.9, 0.8, 0.2, 0.05], atol=1e-7)
    assert refined.instance_scores == 0.5
    assert refined.keypoints.dtype == refined.keypoint_scores.dtype == np.float32


def test_replacing_is_undone_where_another_person_was_seen():
    """One of three stays within 10 pixels: a third of them, and none within 1."""
    one_near = np.array([[[30, 40], [100, 60], [0, 52], [40, 20]]], float)
    for rule, moved in ((ReplaceByVotes(), True), (ReplaceByVotes(min_agreement=0.34), False)):
        refined = rule(people(), Votes(one_near, np.ones((1, 4))))
        assert (refined.keypoints != POINTS).any() == moved
    refined = ReplaceByVotes(tolerance=1)(people(), Votes(one_near, np.ones((1, 4))))
    np.testing.assert_array_equal(refined.keypoints, POINTS)
    np.testing.assert_array_equal(refined.keypoint_scores, FOUND)


def test_averaging_by_the_paper():
    """Where both are there; who is missing lies where the vote is."""
    refined = AverageVotes()(people(), Votes(PLACES, SURE))
    np.testing.assert_allclose(refined.keypoints[0], [[0, 0], [100, 30], [0, 51], [40, 20]])
    np.testing.assert_allclose(refined.keypoint_scores[0], [0.9, 0.6, 0.4, 0.05], atol=1e-7)


def test_what_was_filled_in_without_being_seen_is_seen_by_those_who_vote():
    refined = AverageVotes()(people(filled=np.ones((1, 4), bool)), Votes(PLACES, SURE))
    np.testing.assert_array_equal(refined.filled, [[True, False, False, False]])
    assert AverageVotes()(people(), Votes(PLACES, SURE)).filled is None


def test_weighing_by_scores_and_sizes():
    """The person is 100 pixels long. Two votes agree, one of 5 and one of 2 pixels off."""
    rule = WeighVotes(tolerance=0.1, trust=1)
    refined = rule(people(), Votes(PLACES, SURE))
    expected = [[0.3, 0.4], [100, 60], [0, 50.5], [40, 20]]  # a tenth, all, a quarter and all of it
    np.testing.assert_allclose(refined.keypoints[0], expected, rtol=1e-6)
    np.testing.assert_allclose(refined.keypoint_scores[0], [0.82, 0.8, 0.5, 0.05], rtol=1e-6)
    np.testing.assert_allclose(refined.instance_scores, np.sqrt(0.5 * 1.15 / 4), rtol=1e-6)
    half = WeighVotes(trust=0.5)(people(), Votes(PLACES, SURE))
    np.testing.assert_allclose(half.keypoints[0, 0], np.array([3, 4]) * 0.05 / 0.95, rtol=1e-5)


def test_whoever_is_not_confirmed_stays_and_falls_behind():
    both = people(np.repeat(FOUND, 2, 0), np.repeat(POINTS, 2, 0))
    away = np.concatenate([PLACES, PLACES + 300])
    refined = WeighVotes()(both, Votes(away, np.concatenate([SURE, 0.1 * SURE])))
    np.testing.assert_array_equal(refined.keypoints[1], POINTS[0])
    assert refined.instance_scores[1] < refined.instance_scores[0]


@pytest.mark.parametrize('count', [1, 2])
def test_people_of_few_keypoints_are_refined_too(count):
    """No side, or one of 4 pixels, counts as 32: votes may be 3.2 pixels away."""
    points = np.array([[[10, 10], [14, 10]]], np.float32)
    few = people(np.full((1, 2), 0.5, np.float32) * (np.arange(2) < count), points)
    for away, moved in ((3.1, True), (3.3, False)):
        votes = Votes(points + [0, away], np.full((1, 2), 0.5))
        found = WeighVotes(trust=1)(few, votes).keypoints[0, :count, 1]
        np.testing.assert_allclose(found, 10 + away / 2 * moved, rtol=1e-6)
    votes = Votes(points + [0, 3.1], np.full((1, 2), 0.5))
    np.testing.assert_array_equal(WeighVotes(least_side=30)(few, votes).keypoints, points)


@pytest.mark.parametrize('zoom', [0.4, 1.0, 30.0])
def test_weighing_does_not_depend_on_the_size_of_people(zoom):
    """None of them is smaller than ``least_side``."""
    small = people(points=(POINTS * zoom).astype(np.float32))
    refined = WeighVotes()(small, Votes(PLACES * zoom, SURE))
    expected = WeighVotes()(people(), Votes(PLACES, SURE))
    np.testing.assert_allclose(refined.keypoints, zoom * expected.keypoints, rtol=1e-5)
    np.testing.assert_allclose(refined.keypoint_scores, expected.keypoint_scores, rtol=1e-6)


@pytest.mark.parametrize('rule', [ReplaceByVotes(vote_threshold=0), AverageVotes(), WeighVotes()])
def test_no_score_is_negative(rule):
    """The missing keypoint is not seen by the second network either, which says -0.05."""
    refined = rule(people(), Votes(PLACES, np.array([[0.9, 0.8, 0.7, -0.05]])))
    assert refined.keypoint_scores[0, 3] == 0
    assert (refined.keypoint_scores[0, :3] > 0).all()


def test_nobody_is_refined_to_nobody():
    nobody = people(FOUND[:0], POINTS[:0])
    for rule in (ReplaceByVotes(), AverageVotes(), WeighVotes()):
        assert len(rule(nobody, Votes(PLACES[:0], SURE[:0]))) == 0


def test_boxes_of_people():
    """Around what was found; of someone with one keypoint at least so large."""
    one = people(np.array([[0, 0.4, 0, 0]], np.float32))
    for poses, center, sides in ((people(), (50, 25), (100, 50)), (one, (100, 0), (0, 0))):
        boxes = Boxes.around(poses)
        np.testing.assert_array_equal(boxes.centers[0], center)
        np.testing.assert_array_equal(boxes.sides[0], sides)
    np.testing.assert_array_equal(boxes.squared().enlarged(1.3, 60).sides, [[78, 78]])
    boxes = Boxes.around(people()).enlarged(2, 60)
    np.testing.assert_array_equal(boxes.corners, [[-50, -35, 150, 85]])
    ends = boxes.to_image(np.array([[[0, 0], [1, 1]]]))
    np.testing.assert_array_equal(ends, [[[-50, -35], [150, 85]]])
