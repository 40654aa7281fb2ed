"""Videos: people keep their numbers, walk without jumps, look where they go, and cross."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.datasets.posetrack18 import KEYPOINTS
from mmpose_ae.datasets.synth_crowd import Settings, crossings, make_clip
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON
from mmpose_ae.datasets.synth_crowd.posetrack import posetrack_frame
from mmpose_ae.datasets.synth_crowd.skeleton import LIMITS
from mmpose_ae.datasets.synth_crowd.walker import PACE, sample_way

SMALL = replace(crossings((3, 3)), size=(128, 96))
FRAMES = 24


def walkers(count, seed=0):
    rng = np.random.default_rng(seed)
    return [sample_way(80.0, np.array([256, 256]), None, 0, rng) for _ in range(count)]


def test_arguments_alone_decide():
    first, again = (list(make_clip(3, 7, SMALL, 3)) for _ in range(2))
    for one, other in zip(first, again):
        assert np.array_equal(one.image, other.image) and one.annotations == other.annotations
    for others in (make_clip(4, 7, SMALL, 3), make_clip(3, 8, SMALL, 3)):
        assert not np.array_equal(first[0].image, next(others).image)


def test_people_keep_numbers_and_clothes():
    scenes = list(make_clip(0, 0, SMALL, FRAMES))
    clothes = {}
    for scene in scenes:
        for number, figure in scene.figures.items():
            assert clothes.setdefault(number, figure.clothing) == figure.clothing
    assert sorted(clothes) == [1, 2, 3] and len(set(clothes.values())) == 3
    assert not np.array_equal(scenes[0].image, scenes[-1].image)


def test_nobody_jumps():
    """Hips move by no more than the pace, and nothing else much faster."""
    for walker in walkers(4):
        figures = [walker.figure(frame) for frame in range(100)]
        moved = np.diff([figure.points[:, :2] for figure in figures], axis=0)
        hips = np.diff([walker.place(frame)[0] for frame in range(100)])
        assert np.abs(hips).max() <= PACE * 80 * 1.001
        assert np.abs(hips).max() > 0.9 * PACE * 80
        assert np.linalg.norm(moved, axis=-1).max() < 0.2 * 80


def test_people_look_where_they_go():
    for walker in walkers(10):
        for frame in range(0, 100, 5):
            figure, direction = walker.figure(frame), walker.direction(frame)
            moved = walker.place(frame + 0.01)[0] - walker.place(frame)[0]
            assert moved * direction >= 0
            if abs(direction) > 0.3:
                assert (figure.at('nose')[0] - figure.at('head')[0]) * direction > 0
            assert (figure.pose.facing < 0) == walker.away


def test_joints_stay_within_their_limits():
    names = {name.replace('left_', '').replace('right_', '') for name in walkers(1)[0].angles}
    assert names == set(LIMITS)
    for walker in walkers(10):
        for frame in range(0, 100, 3):
            for name, angle in walker.figure(frame).pose.angles.items():
                low, high = LIMITS[name.replace('left_', '').replace('right_', '')]
                assert low <= angle <= high, name


def test_ways_cross_where_they_should():
    rng = np.random.default_rng(0)
    for first in walkers(20):
        second = sample_way(60.0, np.array([256, 256]), first, 30.0, rng)
        assert second.place(30)[0] == pytest.approx(first.place(30)[0])
        assert abs(second.place(30)[1] - first.place(30)[1]) < 0.3 * 60
        assert second.direction(30) == pytest.approx(-first.direction(30))


def overlap(settings):
    """Mean part of people who stand in each other's boxes."""
    return np.mean(
        [s.crowd_index for i in range(6) for s in list(make_clip(0, i, settings, 9))[3:7]]
    )


def test_crowding_makes_people_cross():
    apart = Settings((128, 96), people=(3, 3), crowding=0.0, empty=0.0)
    assert overlap(SMALL) > 1.3 * overlap(apart)


def test_who_is_in_front_stays_there():
    """Where two people cover a pixel, the same one is seen in all frames."""
    for scene in make_clip(0, 1, SMALL, FRAMES):
        owner = scene.identities // IDS_PER_PERSON
        for (back, one), (front, other) in combinations(sorted(scene.figures.items()), 2):
            both = (one.silhouette(SMALL.size) & other.silhouette(SMALL.size)).astype(bool)
            assert not (owner[both] == back).any(), (back, front)


def test_annotations_of_posetrack():
    """Of labelled people, by their numbers; others and distant crowds are ignored."""
    settings = Settings((128, 96), people=(2, 2), unlabelled=1.0, crowd_region=1.0, empty=0.0)
    for frame, scene in enumerate(make_clip(0, 0, settings, 4)):
        found = posetrack_frame(scene, 17, f'{frame}.jpg')
        people = zip(scene.figures.items(), scene.annotations)
        labelled = [(number, f, a) for (number, f), a in people if is_labelled(a)]
        assert found.track_ids.tolist() == [number for number, *_ in labelled]
        assert len(found) == 2 and len(found.ignore_regions) == len(scene.annotations) - 2 > 0
        for person, (_, figure, annotation) in enumerate(labelled):
            assert found.boxes[person].tolist() == annotation['bbox']
            x, y, w, h = found.head_boxes[person]
            assert np.allclose([x + w / 2, y + h / 2], figure.at('head')[:2], atol=0.02)
            points = np.reshape(annotation['keypoints'], (17, 3))  # COCO's
            for ours, theirs in ((0, 'nose'), (9, 'left_wrist'), (16, 'right_ankle')):
                k = KEYPOINTS.index(theirs)
                assert found.keypoints[person, k].tolist() == [
                    *points[ours, :2],
                    points[ours, 2] > 0,
                ]
            ears = [KEYPOINTS.index(f'{side}_ear') for side in ('left', 'right')]
            assert not found.keypoints[person, ears].any()
            top, neck = (
                found.keypoints[person, KEYPOINTS.index(n)] for n in ('head_top', 'head_bottom')
            )
            assert top[2] == neck[2] == 1 and top[1] < neck[1]


def test_a_board_hides_people_for_as_many_frames_as_asked():
    """The same people walk with and without it; it hides columns in the middle of the video."""
    hidden = replace(SMALL, hidden=6)
    plain, boarded = (list(make_clip(0, 0, settings, FRAMES)) for settings in (SMALL, hidden))
    changed = [not np.array_equal(one.image, other.image) for one, other in zip(plain, boarded)]
    assert np.flatnonzero(changed).tolist() == list(range(9, 15))
    for one, other in zip(plain[9:15], boarded[9:15]):
        behind = (one.image != other.image).any(-1).sum(0) > 48  # more than half of a column
        assert 64 <= behind.sum() <= 103  # 0.5 to 0.8 of 128
        seen = one.identities * ~behind
        assert np.array_equal(other.identities, seen)
        people = set(np.unique(seen // IDS_PER_PERSON)) - {0}
        assert set(other.figures) == people
    assert any(len(other.figures) < len(one.figures) for one, other in zip(plain, boarded))
