"""The tracker around a rule: frames, resets, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from mmpose_ae.tracking import Tracker


@pytest.fixture(params=['two_rounds', 'mmpose_0x'])
def tracker(request, sigmas):
    return Tracker(request.param, sigmas=sigmas)


def test_results(tracker, people):
    poses = people((50, 50), (150, 50))
    tracks = tracker.update(poses)
    assert tracks.ids.tolist() == [0, 1] and tracks.ids.dtype == np.int64
    assert len(tracks) == 2 and tracks.poses is poses


def test_nobody(tracker, people):
    assert len(tracker.update(people())) == 0
    assert tracker.update(people((50, 50))).ids.tolist() == [0]
    assert len(tracker.update(people())) == 0


def test_reset(tracker, people):
    tracker.update(people((50, 50)), 7)
    tracker.reset()
    assert tracker.update(people((300, 50)), 0).ids.tolist() == [0]


@pytest.mark.parametrize('frame', [3, 2, -1, 4.5, True])
def test_frames_must_ascend(tracker, people, frame):
    tracker.update(people(), 3)
    with pytest.raises(ValueError, match='frame must be a whole number from 4 on'):
        tracker.update(people(), frame)
    tracker.update(people())


@pytest.mark.parametrize('name', ['keypoints', 'keypoint_scores', 'instance_scores', 'tags'])
def test_what_is_not_finite_is_refused(tracker, people, name):
    poses = people((50, 50), tags=[1])
    bad = getattr(poses, name).copy()
    bad[..., 0] = np.nan
    with pytest.raises(ValueError, match=f'^{name} of the people of frame 0 must be finite'):
        tracker.update(replace(poses, **{name: bad}))


def test_tags_of_another_length_are_refused(tracker, people):
    """Until the tracker forgets; a frame without people says nothing."""
    tracker.update(people((50, 50), tags=[[1, 2]]))
    tracker.update(people())
    with pytest.raises(ValueError, match='tags of frame 2 are of 1 numbers, not 2'):
        tracker.update(people((50, 50), tags=[1]))
    tracker.reset()
    tracker.update(people((50, 50), tags=[1]))


def test_other_keypoints_than_sigmas(tracker, people):
    poses = people((50, 50))
    fewer = replace(
        poses, keypoints=poses.keypoints[:, :3], keypoint_scores=poses.keypoint_scores[:, :3]
    )
    with pytest.raises(ValueError, match='sigmas are of 5 keypoint types, poses have 3'):
        tracker.update(fewer)


def test_unknown_options_are_named(sigmas):
    with pytest.raises(ValueError, match='rule must be one of'):
        Tracker('bytetrack', sigmas=sigmas)
    with pytest.raises(TypeError, match=r"'two_rounds' has no option memroy \(did you mean memory"):
        Tracker(sigmas=sigmas, memroy=3)
    with pytest.raises(TypeError, match='smoothing has no option fps'):
        Tracker(sigmas=sigmas, smoothing=dict(fps=3))
    for smoothing in (True, 25):
        with pytest.raises(
            ValueError, match=f'smoothing must be a dict of options, got {smoothing}'
        ):
            Tracker(sigmas=sigmas, smoothing=smoothing)
    with pytest.raises(TypeError, match="rule 'two_rounds' needs the option sigmas"):
        Tracker()
    with pytest.raises(TypeError, match='smoothing needs the option frame_rate'):
        Tracker(sigmas=sigmas, smoothing={})
