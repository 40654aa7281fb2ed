"""The one-euro filter: MMPose's, and where ours does something else."""

import golden
import numpy as np
import pytest

from mmpose_ae.tracking import OneEuroSmoothing, Tracker


@pytest.mark.parametrize('path', golden.subject_files('tracking', '*_mmpose0_association.npz'))
def test_filter_of_mmpose(path):
    """Of keypoints that are always found; it writes -10 for others, and goes on from there."""
    data = np.load(path)
    values, expected = data['one_euro_input'], data['one_euro_output']
    found = (values > 0).all(-1)  # (T, K)
    smoothing = OneEuroSmoothing(float(data['one_euro_fps']))
    smooth = [smoothing(0, t, values[t], found[t]) for t in range(len(values))]
    always = found.all(0)
    assert always.sum() > 5
    np.testing.assert_allclose(np.array(smooth)[1:, always], expected[:, always], atol=1e-4)
    np.testing.assert_array_equal(smooth[0], values[0])


def filtered(values, **options):
    """One coordinate over frames, None where it was not found."""
    smoothing = OneEuroSmoothing(30.0, **options)
    found = [value is not None for value in values]
    return [
        smoothing(7, t, np.full((1, 2), value or 0.0), np.array([seen]))[0, 0]
        for t, (value, seen) in enumerate(zip(values, found))
    ]


def test_a_keypoint_that_comes_back_starts_anew():
    """It does not come from where it was, nor from where something was filled in."""
    assert filtered([10.0, 10.0, None, 40.0]) == [10, 10, 0, 40]
    values = filtered([10.0, None, 40.0, 41.0])
    assert values[2] == 40 and 40 < values[3] < 41


def test_what_stands_still_is_smoothed_most():
    noise = np.random.default_rng(0).normal(0, 1, 200)
    still, moving = (np.array(filtered(list(100 + v * np.arange(200) + noise))) for v in (0, 20))
    assert np.std(still[50:]) < 0.5
    assert np.abs(moving - (100 + 20 * np.arange(200)))[50:].mean() < 10  # half a frame behind
    weaker = filtered(list(100 + noise), min_cutoff=10.0)
    assert np.std(weaker[50:]) > np.std(still[50:])


@pytest.mark.parametrize('option, value', [('beta', 5.0), ('derivative_cutoff', 0.1)])
def test_options_change_something(option, value):
    values = [10.0, 12.0, 17.0, 19.0]
    assert filtered(values) != filtered(values, **{option: value})


@pytest.mark.parametrize('option', ['frame_rate', 'min_cutoff', 'beta', 'derivative_cutoff'])
@pytest.mark.parametrize('value', [-1, float('nan'), '25', True])
def test_options_out_of_range(option, value):
    with pytest.raises(ValueError, match=f'{option} must be a number between'):
        OneEuroSmoothing(**{'frame_rate': 25, option: value})


def test_of_a_tracker(people, sigmas):
    """Smoothed by id, whatever the order; who is not tracked stays as given; scores are kept."""
    tracker = Tracker(sigmas=sigmas, smoothing=dict(frame_rate=25))
    first = tracker.update(people((50, 50), (200, 50), (400, 50), scores=[1, 0.9, 0]))
    assert first.ids.tolist() == [0, 1, -1]
    given = people((400, 52), (200, 52), (50, 52), scores=[0, 0.9, 1])
    tracks = tracker.update(given)
    assert tracks.ids.tolist() == [-1, 1, 0]
    moved = tracks.poses.keypoints - given.keypoints
    assert np.array_equal(moved[0], np.zeros_like(moved[0]))
    assert (moved[1:, :, 1] < 0).all() and np.abs(moved[1:, :, 0]).max() < 1e-4
    assert given.keypoints[1, 0].tolist() == [200, 52]  # what was given is not changed
    assert tracks.poses.keypoints.dtype == np.float32
    np.testing.assert_array_equal(tracks.poses.instance_scores, given.instance_scores)
    tracker.reset()
    assert np.array_equal(tracker.update(given).poses.keypoints, given.keypoints)
