"""The body: limits, lengths of bones, and which side is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.datasets.synth_crowd import skeleton
from mmpose_ae.datasets.synth_crowd.skeleton import INDEX, LIMITS, PAIRED, place_points, sample_pose


def at_rest(**changes):
    names = [n for n in LIMITS if n not in PAIRED]
    names += [side + n for n in PAIRED for side in ('left_', 'right_')]
    return place_points({**dict.fromkeys(names, 0.0), **changes})


def point(points, name):
    return points[INDEX[name]]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31))
def test_joint_limits_and_bones(seed):
    pose = sample_pose(np.random.default_rng(seed))
    for name, angle in pose.angles.items():
        low, high = LIMITS[name.removeprefix('left_').removeprefix('right_')]
        assert low <= angle <= high
    for side in ('left_', 'right_'):
        for start, end, length in [
            ('shoulder', 'elbow', skeleton.UPPER_ARM),
            ('elbow', 'wrist', skeleton.FOREARM),
            ('hip', 'knee', skeleton.THIGH),
            ('knee', 'ankle', skeleton.SHANK),
        ]:
            bone = point(pose.points, side + start) - point(pose.points, side + end)
            assert np.linalg.norm(bone) == pytest.approx(length)


def test_upright_person_is_one_high_and_symmetric():
    points = at_rest()
    height = point(points, 'left_ankle')[1] - point(points, 'top_head')[1]
    assert height == pytest.approx(1.0, abs=0.05)
    for name in ('shoulder', 'hip', 'knee', 'ankle', 'eye', 'ear'):
        left, right = point(points, f'left_{name}'), point(points, f'right_{name}')
        np.testing.assert_allclose(left * [-1, 1, 1], right, atol=1e-12)
        assert left[0] > 0  # the person's left is to the right of who looks at the front


def test_joints_bend_the_way_bodies_do():
    """z is the front: elbows bring the hand there, knees the foot back, leaning the head."""
    assert point(at_rest(left_elbow=90.0), 'left_wrist')[2] > 0.1
    assert point(at_rest(left_knee=90.0), 'left_ankle')[2] < -0.1
    assert point(at_rest(left_thigh_raise=90.0), 'left_knee')[2] > 0.1
    assert point(at_rest(lean=60.0), 'nose')[2] > 0.2
    assert point(at_rest(left_arm_raise=170.0), 'left_wrist')[1] < point(at_rest(), 'nose')[1]
    assert point(at_rest(left_arm_spread=90.0), 'left_wrist')[0] > 0.2


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**31))
def test_left_and_right_follow_the_side_seen(seed):
    """Of someone upright who faces us, left is at larger x; from behind, at smaller x."""
    pose = sample_pose(np.random.default_rng(seed))
    across = point(pose.points, 'left_hip')[0] - point(pose.points, 'right_hip')[0]
    upright = point(pose.points, 'neck')[1] < -0.2 and abs(pose.angles['lean']) < 20
    if upright and abs(pose.facing) > 0.7:
        assert np.sign(across) == np.sign(pose.facing)
