"""One person: masks and pictures agree, and what is seen from which side."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.datasets.synth_crowd.clothing import sample_clothing
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON, PARTS, Figure
from mmpose_ae.datasets.synth_crowd.skeleton import (
    COCO_POINTS,
    LIMITS,
    PAIRED,
    Pose,
    place_points,
    sample_pose,
)

SIZE = (200, 240)
FACE = {'nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear'}


def standing(view, facing, **angles):
    """A person at rest, 180 pixels high; ``view`` takes body axes to image axes."""
    names = [n for n in LIMITS if n not in PAIRED]
    names += [side + n for n in PAIRED for side in ('left_', 'right_')]
    angles = {**dict.fromkeys(names, 0.0), **angles}
    pose = Pose(place_points(angles) @ np.array(view, float).T, angles, facing)
    return Figure(pose, sample_clothing(np.random.default_rng(0)), 180, (100, 120))


FRONT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
BACK = [[-1, 0, 0], [0, 1, 0], [0, 0, -1]]
ARMS_AWAY = dict(left_arm_spread=30.0, right_arm_spread=30.0)
FROM_THE_RIGHT = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]  # the front is to the right, the left side far


def paint(figure, person=1, size=SIZE):
    image = np.full((size[1], size[0], 3), 128, np.uint8)
    identities = np.zeros(image.shape[:2], np.uint16)
    figure.paint(image, identities, person)
    return image, identities


def shown(figure):
    _, identities = paint(figure)
    names = (*COCO_POINTS, 'top_head', 'neck')
    return {name for name in names if figure.is_shown(name, identities, 1)}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_silhouette_is_where_the_person_is_painted(seed):
    """The picture goes beyond it by the outline, a rim of a few pixels."""
    rng = np.random.default_rng(seed)
    figure = Figure(sample_pose(rng), sample_clothing(rng), rng.uniform(20, 220), (260, 260))
    image, identities = paint(figure, size=(520, 520))
    silhouette = figure.silhouette((520, 520)) > 0
    assert np.array_equal(silhouette, identities > 0)
    rim = cv2.dilate(silhouette.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0
    changed = (image != 128).any(-1)
    assert not (changed & ~rim).any()
    assert (changed & silhouette).sum() > 0.95 * silhouette.sum()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31))
def test_every_point_lies_on_the_person(seed):
    rng = np.random.default_rng(seed)
    height = rng.uniform(20, 80)
    figure = Figure(sample_pose(rng), sample_clothing(rng), height, (100, 120))
    _, identities = paint(figure, person=3)
    for name in (*COCO_POINTS, 'top_head', 'neck'):
        x, y = figure.pixel(name)
        assert identities[y, x] // IDS_PER_PERSON == 3, name


def test_from_the_front_everything_is_seen():
    figure = standing(FRONT, 1.0, **ARMS_AWAY)
    assert shown(figure) == {*COCO_POINTS, 'top_head', 'neck'}
    for joint in ('eye', 'ear', 'shoulder', 'hip', 'knee'):
        assert figure.pixel(f'left_{joint}')[0] > 100 > figure.pixel(f'right_{joint}')[0]


def test_from_behind_the_face_is_not_seen():
    figure = standing(BACK, -1.0, **ARMS_AWAY)
    hidden = FACE - {'left_ear', 'right_ear'}  # ears stand out at the sides
    assert shown(figure) == {*COCO_POINTS, 'top_head', 'neck'} - hidden
    assert figure.pixel('left_shoulder')[0] < 100 < figure.pixel('right_shoulder')[0]


def test_from_the_side_the_body_hides_its_far_half():
    seen = shown(standing(FROM_THE_RIGHT, 0.0))
    assert {'nose', 'right_eye', 'right_ear', 'right_shoulder', 'right_knee'} <= seen
    assert not seen & {'left_eye', 'left_ear', 'left_shoulder', 'left_hip', 'left_elbow'}


@pytest.mark.parametrize('yaw, seen', [(45, True), (75, False)])
def test_half_turned_the_far_shoulder_is_seen_until_the_trunk_hides_it(yaw, seen):
    cos, sin = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    turned = [[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]  # the left side goes back
    figure = standing(turned, cos, left_arm_spread=90.0, right_arm_spread=90.0)
    _, identities = paint(figure)
    x, y = figure.pixel('left_shoulder')
    part = PARTS[identities[y, x] % IDS_PER_PERSON]
    assert part in ('trunk', 'left_upper_arm')
    assert figure.is_shown('left_shoulder', identities, 1) == seen
    assert figure.is_shown('right_shoulder', identities, 1)


def test_a_hand_before_the_face_hides_it():
    # The upper arm points forwards, the forearm up: the hand ends between the eyes.
    reaching = dict(left_arm_raise=90.0, left_elbow=90.0, left_arm_spread=-30.0)
    figure = standing(FRONT, 1.0, **reaching)
    assert math.dist(figure.at('left_wrist')[:2], figure.at('nose')[:2]) < 5
    assert 'nose' in shown(standing(FRONT, 1.0)) and 'nose' not in shown(figure)
    x, y = figure.pixel('nose')
    _, identities = paint(figure)
    assert PARTS[identities[y, x] % IDS_PER_PERSON] == 'left_forearm'


@pytest.mark.parametrize('other', [0, 2 * IDS_PER_PERSON])
def test_what_belongs_to_somebody_else_is_hidden(other):
    figure = standing(FRONT, 1.0)
    identities = np.full((SIZE[1], SIZE[0]), other, np.uint16)
    assert not any(figure.is_shown(name, identities, 1) for name in COCO_POINTS)
