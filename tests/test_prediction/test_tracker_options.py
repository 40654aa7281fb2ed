"""What a tracker is told besides what a user says: scores, speed of the video, tags and colors."""

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction.tracker_options import check_track, follows_faint, tracker_options
from mmpose_ae.tracking import Tracker

SIGMAS = [0.1, 0.1]


def complete(fps=30.0, threshold=0.4, smooth=False, tags_over_time=False, **given):
    return tracker_options(given, SIGMAS, threshold, fps, smooth, tags_over_time)


def test_scores_follow_from_the_threshold():
    options = complete()
    assert options['sigmas'] is SIGMAS
    scores = [options[name] for name in ('low_score', 'high_score', 'new_score')]
    assert scores == [0.2, 0.4, 0.4]


@pytest.mark.parametrize(
    'given, scores',
    [
        (dict(low_score=0.5), [0.5, 0.5, 0.5]),
        (dict(high_score=0.1), [0.1, 0.1, 0.4]),
        (dict(new_score=0.1), [0.1, 0.4, 0.1]),
        (dict(low_score=0.1, new_score=0.9), [0.1, 0.4, 0.9]),
    ],
)
def test_a_score_that_is_given_moves_the_others_to_its_right_side(given, scores):
    options = complete(**given)
    assert [options[name] for name in ('low_score', 'high_score', 'new_score')] == scores
    Tracker(**options)


def test_scores_of_everybody():
    """A threshold below 0 leaves nobody out; no tracker takes less than 0."""
    options = complete(threshold=-1)
    assert options['low_score'] == 0
    Tracker(**options)


def test_the_faint_are_followed_by_a_rule_that_knows_scores():
    assert follows_faint({}) and follows_faint(dict(rule='two_rounds'))
    assert not follows_faint(dict(rule='mmpose_0x')) and not follows_faint(None)


def test_numbers_per_frame_are_those_of_30_frames_per_second():
    """At 10: a frame is 3 of those. Who gives a number means it."""
    slow = complete(10, tags_over_time=True)
    assert slow['memory'] == 30 and slow['drift'] == pytest.approx(0.15)
    assert slow['velocity_weight'] == pytest.approx(1 - 0.6**3)
    assert slow['tag_weight'] == pytest.approx(1 - 0.9**3)
    assert complete(30)['drift'] == 0.05 and complete(30)['velocity_weight'] == pytest.approx(0.4)
    assert 'memory' not in complete(10)
    assert complete(10, drift=0.05, memory=7, tags_over_time=True)['drift'] == 0.05


def test_colors_have_numbers_of_their_own():
    options = complete(60, colors={}, tags_over_time=False)
    assert options['tag_scale'] is None and options['memory'] == 180
    assert options['drift'] == pytest.approx(0.1) and options['similarity'] == 0.03
    assert options['colors']['weight'] == pytest.approx(1 - 0.9**0.5)
    assert complete(60, colors=dict(weight=0.3))['colors'] == dict(weight=0.3)


def test_smoothing_knows_the_speed():
    assert complete(25, smooth=True)['smoothing'] == dict(frame_rate=25)
    expected = dict(frame_rate=25, min_cutoff=1.0)
    assert complete(25, smoothing=dict(min_cutoff=1.0))['smoothing'] == expected
    assert complete(25, smoothing=dict(frame_rate=5))['smoothing'] == dict(frame_rate=5)
    assert complete(25, smooth=True, smoothing=None)['smoothing'] is None
    assert 'smoothing' not in complete(25)


def test_other_rules_get_what_they_take():
    assert complete(rule='mmpose_0x') == dict(rule='mmpose_0x', sigmas=SIGMAS)
    by_iou = dict(rule='mmpose_0x', similarity='iou')
    assert complete(**by_iou) == by_iou
    without = complete(tag_scale=None, tags_over_time=True)
    assert 'hidden_tag_scale' not in without
    for options in (complete(rule='mmpose_0x'), by_iou, without):
        Tracker(**options)


@pytest.mark.parametrize('fps', [10, 30, 60])
@pytest.mark.parametrize('behind', [0.5, 1.0, 2.0])
def test_who_turns_round_out_of_sight_is_found_again_by_tags(fps, behind):
    """A person 100 pixels tall walks 75 pixels a second, for some seconds behind a wall, and back.

    Where nobody knows the person by tags, it is somebody new.
    """
    body = np.array([[0, 0], [100, 100]], np.float32)
    walk = [75 * number / fps for number in range(fps + 1)]
    hidden = round(behind * fps)
    frames = [*enumerate(walk), (fps + 1 + hidden, walk[-1])]
    found = {}
    for known in (True, False):
        tracker = Tracker(
            **complete(fps, tags_over_time=known, **({} if known else dict(memory=0)))
        )
        for number, x in frames:
            ones = np.ones((1, 2), np.float32)
            tags = np.ones((1, 8), np.float32)
            ids = tracker.update(Poses(body[None] + (x, 0), ones, ones[:, 0], tags), number).ids
        found[known] = ids.item()
    assert found == {True: 0, False: 1}


@pytest.mark.parametrize(
    'track, smooth, error, message',
    [
        ('x', False, ValueError, "track must be True, False or a dict of options, got 'x'"),
        (None, False, ValueError, 'got None'),
        (False, True, ValueError, 'smooth is of people who are tracked'),
        (dict(memroy=3), False, TypeError, 'no option memroy'),
        (dict(colors=False), False, ValueError, 'colors must be a dict'),
        (dict(smoothing=True), True, ValueError, 'smoothing must be a dict'),
        (dict(drift=-1), False, ValueError, 'drift must be'),
    ],
)
def test_what_no_tracker_can_be_built_of_is_refused_at_once(track, smooth, error, message):
    with pytest.raises(error, match=message):
        check_track(track, smooth)


def test_what_is_given_is_kept():
    assert check_track(False, False) is None
    assert check_track(True, True) == {}
    assert check_track(dict(rule='mmpose_0x'), False) == dict(rule='mmpose_0x')
