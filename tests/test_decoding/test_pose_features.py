"""What a learned score reads: by hand, by loops, and what it should not depend on."""

import numpy as np
import pytest

from mmpose_ae.decoding import pose_features
from mmpose_ae.decoding.pose_features import count_features
from mmpose_ae.grouping import Poses

SIGMAS = np.array([0.05, 0.1, 0.2])


def crowd(count, seed=0):
    """People of three keypoints around a few places, best first."""
    rng = np.random.default_rng(seed)
    keypoints = 80 * rng.integers(0, 3, (count, 1, 2)) + rng.uniform(0, 100, (count, 3, 2))
    scores = rng.random((count, 3)).astype(np.float32)
    ranking = -np.sort(-rng.random(count)).astype(np.float32)
    filled = rng.random((count, 3)) < 0.3
    return Poses(keypoints.astype(np.float32), scores, ranking, None, filled)


def test_by_hand():
    """Boxes of 30 x 40; the second person is the first, but for a keypoint 10 pixels off."""
    keypoints = np.array([[[0, 0], [30, 40], [15, 20]], [[0, 0], [30, 40], [15, 30]]], np.float32)
    scores = np.array([[0.9, 0.8, 0.7], [0.6, 0.5, 0.0]], np.float32)
    filled = np.array([[False] * 3, [False, False, True]])
    found = pose_features(
        Poses(keypoints, scores, np.float32([0.8, 0.4]), None, filled), sigmas=SIGMAS
    )
    likeness = (2 + np.exp(-(10**2) / (2 * 0.4**2 * 0.4 * 50**2))) / 3
    first = [-0.3, 0.3, 0, -0.4, 0.4, 0, 0.9, 0.8, 0.7, 0, 0, 0, 0, likeness, 0.8, np.log(50)]
    second = [-0.3, 0.3, 0, -0.4, 0.4, 0.2, 0.6, 0.5, 0, 0, 0, 1, likeness, 0, 0.4, np.log(50)]
    np.testing.assert_allclose(found, [first, second], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize('count', [0, 1, 100])
def test_any_number_of_people(count):
    found = pose_features(crowd(count), SIGMAS)
    assert found.shape == (count, count_features(3))
    assert found.dtype == np.float32 and np.isfinite(found).all()


def test_likeness_by_loops():
    poses = crowd(30)
    found = pose_features(poses, SIGMAS)[:, -4:-2]
    points = poses.keypoints.astype(float)
    areas = [0.4 * np.square(np.ptp(each, axis=0)).sum() for each in points]
    for i, one in enumerate(points):
        alike = [0.0], [0.0]  # with better, with worse people
        for j, other in enumerate(points):
            if i != j:
                squared = np.square(one - other).sum(-1)
                area = (areas[i] + areas[j]) / 2
                oks = np.exp(-squared / (2 * (2 * SIGMAS) ** 2 * area)).mean()
                alike[j > i].append(oks)
        np.testing.assert_allclose(found[i], [max(alike[0]), max(alike[1])], rtol=1e-5)


def test_place_does_not_matter_and_size_only_once():
    poses = crowd(20)
    before = pose_features(poses, SIGMAS)
    moved = Poses(4 * poses.keypoints + [64, -32], *list(vars(poses).values())[1:])
    after = pose_features(moved, SIGMAS)
    np.testing.assert_allclose(after[:, :-1], before[:, :-1], atol=1e-5)
    np.testing.assert_allclose(after[:, -1], before[:, -1] + np.log(4), rtol=1e-5)


def test_people_far_away_do_not_matter():
    one, other = crowd(1), crowd(1, seed=1)
    far = Poses.joined([one, Poses(other.keypoints + 9999, *list(vars(other).values())[1:])])
    np.testing.assert_allclose(pose_features(far, SIGMAS)[:1], pose_features(one, SIGMAS))


def test_a_single_keypoint_is_finite():
    """The others lie where it is; without a search for missing ones none is filled in."""
    poses = Poses(np.full((1, 3, 2), 7, np.float32), np.float32([[0.5, 0, 0]]), np.float32([0.2]))
    expected = [*[0] * 6, 0.5, *[0] * 7, 0.2, 0]
    np.testing.assert_allclose(pose_features(poses, SIGMAS), [expected])
