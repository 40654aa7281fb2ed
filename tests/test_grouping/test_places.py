"""Where groups are on the image: hand-made cases, brute force, and what must not change weights."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.decoding import TagDecoding, read_decoding
from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Candidates, DensityGrouping, places

ROW = [(0, 0), (1, 0), (2, 0), (3, 0)]  # four keypoints, a unit apart


def closeness(cells, group, type_, cell, spread=2.0, pose=ROW):
    """Factor of a candidate's weight, for a group of candidates at these cells."""
    found = places.place_by_pose(
        np.array(cells, float), np.array([group]), spread, places.typical_distances(pose)
    )
    return found.closeness(np.array([0]), np.array([type_]), np.array([cell], float))[0]


@pytest.mark.parametrize(
    'cell, ratio',
    [
        ((30, 0), 1.0),  # as far as in the pose from each
        ((60, 0), 2.5),  # 60 / 30, 50 / 20 and 40 / 10
        ((20, 0), 0.5),  # 20 / 30, 10 / 20 and 0 / 10: near is never wrong
    ],
)
def test_a_candidate_is_as_close_as_the_median_of_its_distances(cell, ratio):
    """Keypoints 0, 1, 2 lie 10 cells apart, so a unit of the pose is 10 cells."""
    value = closeness([(0, 0), (10, 0), (20, 0)], [0, 1, 2, -1], 3, cell)
    assert value == pytest.approx(1 / (1 + (ratio / 2.0) ** 2))


def test_one_stranger_in_the_group_changes_little():
    """The third of five keypoints is somebody else's, far away: the others tell size and place."""
    pose = [(i, 0) for i in range(6)]
    cells = [(0, 0), (10, 0), (500, 90), (30, 0), (40, 0)]
    assert closeness(cells, [0, 1, 2, 3, 4, -1], 5, (50, 0), pose=pose) == pytest.approx(0.8)


def test_the_keypoint_that_a_group_has_already_is_not_asked():
    """Where the group's own candidate of that type lies is of no influence on another one."""
    near = closeness([(0, 0), (10, 0), (20, 0), (30, 0)], [0, 1, 2, 3], 3, (30, 5))
    assert near == pytest.approx(closeness([(0, 0), (10, 0), (20, 0)], [0, 1, 2, -1], 3, (30, 5)))


def test_of_many_keypoints_those_far_apart_are_asked(monkeypatch):
    """0, then 3, which is the farthest, then 1, as far from them as 2 is; 2 is not asked."""
    monkeypatch.setattr(places, '_MOST_ASKED', 3)
    cells = [(0, 0), (10, 0), (999, 999), (30, 0)]
    assert closeness(cells, [0, 1, 2, 3], 2, (20, 0)) == pytest.approx(0.8)


@pytest.mark.parametrize(
    'group, cells',
    [([0, 1, -1, -1], [(0, 0), (10, 0)]), ([0, 1, 2, -1], [(5, 5)] * 3)],
)
def test_two_keypoints_or_one_place_tell_no_size(group, cells):
    assert closeness(cells, group, 3, (900, 900)) == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), most=st.sampled_from([1, 8, 10**6]))
def test_weights_are_those_of_brute_force(seed, most):
    rng = np.random.default_rng(seed)
    pose, cells = rng.normal(size=(5, 2)), rng.uniform(0, 50, (9, 2))
    groups = rng.integers(-1, 9, (3, 5))
    rows, types = rng.integers(0, 3, 12), rng.integers(0, 5, 12)
    points = rng.uniform(0, 50, (12, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, '_DISTANCES_AT_ONCE', most)
        found = places.place_by_pose(cells, groups, 1.5, places.typical_distances(pose))
        values = found.closeness(rows, types, points)
    for row, type_, point, value in zip(rows, types, points, values):
        has = [k for k in range(5) if groups[row, k] >= 0]
        at = {k: cells[groups[row, k]] for k in has}
        unit = [
            np.linalg.norm(at[i] - at[j]) / np.linalg.norm(pose[i] - pose[j])
            for i in has for j in has if i < j
        ]  # fmt: skip
        expected = 1.0
        if len(has) >= 3 and np.median(unit) > 0:
            far = [
                np.linalg.norm(point - at[k]) / np.linalg.norm(pose[type_] - pose[k])
                for k in has if k != type_
            ]  # fmt: skip
            expected = 1 / (1 + (np.median(far) / np.median(unit) / 1.5) ** 2)
        assert value == pytest.approx(expected)


def two_people(shift=(0, 0), scale=1.0):
    """Tags alike; of the last type each person's candidate is the other's in strength."""
    scores = np.array([[0.9, 0.5], [0.9, 0.5], [0.9, 0.5], [0.7, 0.8]])
    left = np.array([(0, 0), (0, 10), (0, 20), (0, 30)], float)
    right = left + [12, 0]
    cells = np.stack([left, right], 1)  # (4, 2, 2)
    cells[3] = [(12, 30), (0, 30)]
    return Candidates(scores, shift + scale * cells, np.zeros((4, 2, 1)))


@pytest.mark.parametrize('shift, scale', [((0, 0), 1), ((-64, 32), 4), ((7, 7), 0.25)])
@pytest.mark.parametrize('unit', [1, 40])
def test_groups_change_neither_with_place_nor_with_size(shift, scale, unit):
    pose = unit * np.array([(0, 0), (0, 1), (0, 2), (0, 3)])
    grouping = DensityGrouping(pose=pose.tolist())
    groups = grouping(two_people(shift, scale), range(4), 1.0)
    assert sorted(groups.tolist()) == [[0, 0, 0, 1], [1, 1, 1, 0]]


def test_a_pose_is_checked():
    with pytest.raises(ValueError, match='pose says how spread is measured, but spread is None'):
        DensityGrouping(spread=None, pose=ROW)
    with pytest.raises(ValueError, match='keypoints 1 and 2 of pose coincide at'):
        DensityGrouping(pose=[(0, 0), (1, 0), (1, 0)])
    flat, deep, unequal = [1, 2, 3], [(0, 0, 1), (1, 1, 1)], [(0, 0), (1,)]
    for bad in (flat, deep, unequal, [(0, 0), (np.nan, 1)], 'abc', dict(x=1), [('a', 'b')]):
        with pytest.raises(ValueError, match='pose must be finite numbers'):
            DensityGrouping(pose=bad)
    with pytest.raises(ValueError, match='pose has 3 keypoints, but candidates are of 4 types'):
        DensityGrouping(pose=ROW[:3])(two_people(), range(4), 1.0)


@pytest.mark.parametrize('pose', [ROW, np.array(ROW), np.float32(ROW), list(np.array(ROW))])
def test_a_file_carries_the_pose(pose):
    said = TagDecoding(grouping=DensityGrouping(pose=pose), completion=None).to_dict()
    written = json.loads(json.dumps(said))
    assert written['grouping']['pose'] == [list(point) for point in ROW]
    read = read_decoding(written)
    candidates = two_people()
    packed = np.concatenate(
        [candidates.scores[..., None], candidates.cells, candidates.tags], axis=-1
    )
    people = read(dict(candidates=packed[None].astype(np.float32)), Grid((64, 64), (1, 1)))[0]
    assert sorted(people.keypoints[:, 3, 0].round().tolist()) == [0, 12]
