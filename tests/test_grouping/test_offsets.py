import numpy as np

from mmpose_ae.grouping import match_offsets

# Two keypoints, 30 apart along x: the limit is 9 at a relative distance of 0.3.
REGRESSED = np.array([[[10.0, 10.0], [40.0, 10.0]]])


def test_the_closest_of_the_type_within_the_limit():
    candidates = np.array([[[18.0, 10.0], [10.0, 4.0]], [[10.0, 10.0], [40.0, 19.5]]])
    found = match_offsets(REGRESSED, candidates, np.ones((2, 2)), 0.3)
    assert found.tolist() == [[1, -1]]  # 6 away; 9.5 away
    found = match_offsets(REGRESSED, candidates, np.ones((2, 2)), 0.32)
    assert found.tolist() == [[1, 1]]


def test_candidates_without_a_score_do_not_count():
    candidates = np.array([[[10.0, 10.0], [14.0, 10.0]], [[40.0, 10.0], [0.0, 0.0]]])
    scores = np.array([[0.0, 0.2], [0.0, 0.0]])
    assert match_offsets(REGRESSED, candidates, scores, 0.3).tolist() == [[1, -1]]


def test_instances_may_share_a_candidate():
    candidates = np.array([[[11.0, 10.0]], [[41.0, 10.0]]])
    both = np.concatenate([REGRESSED, REGRESSED + 1])
    assert match_offsets(both, candidates, np.ones((2, 1)), 0.3).tolist() == [[0, 0], [0, 0]]


def test_no_candidates():
    none = np.zeros((2, 0, 2)), np.ones((2, 0))
    assert match_offsets(REGRESSED, *none, 0.3).tolist() == [[-1, -1]]


def test_nobody():
    candidates = np.zeros((2, 3, 2))
    assert match_offsets(np.zeros((0, 2, 2)), candidates, np.ones((2, 3)), 0.3).shape == (0, 2)
