"""Grouping by tags: hand-made cases, optimality by brute force, and identity by index."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.grouping import Candidates, GreedyGrouping, greedy
from mmpose_ae.grouping.assignment import assign


def group(scores, tags, order=None, tag_threshold=1.0, **options):
    scores, tags = np.array(scores, np.float32), np.array(tags, np.float32)
    if tags.ndim == 2:
        tags = tags[..., None]
    candidates = Candidates(scores, np.zeros((*scores.shape, 2), np.float32), tags)
    order = range(len(scores)) if order is None else order
    return GreedyGrouping(**options)(candidates, order, tag_threshold).tolist()


def test_two_people():
    scores = [[0.9, 0.8], [0.7, 0.6], [0.5, 0.0]]
    tags = [[0.0, 5.0], [5.1, 0.2], [4.8, 0.0]]
    assert group(scores, tags) == [[0, 1, -1], [1, 0, 0]]


def test_order_decides_who_starts():
    assert group([[0.9], [0.8]], [[0.0], [5.0]], order=[1, 0]) == [[-1, 0], [0, -1]]


def test_far_tag_starts_a_person_and_threshold_is_exclusive():
    assert group([[0.9], [0.9]], [[0.0], [1.0]]) == [[0, -1], [-1, 0]]
    assert group([[0.9], [0.9]], [[0.0], [0.99]]) == [[0, 0]]


def test_people_with_equal_tags_stay_two():
    """The releases and MMPose key people by their first tag value: these would be one person."""
    assert group([[0.9, 0.8], [0.7, 0.6]], [[1.0, 1.0], [1.0, 1.0]]) == [[0, 0], [1, 1]]
    tags = [[[0.0, 0.0], [0.0, 5.0]], [[0.0, 5.0], [0.0, 0.0]]]
    assert group([[0.9, 0.8], [0.7, 0.6]], tags) == [[0, 1], [1, 0]]


def test_stronger_peak_wins_among_close_tags():
    """Distances .1 and .4 round to the same cost: the score decides."""
    assert group([[0.9, 0.0], [0.3, 0.8]], [[0.0, 0.0], [0.1, 0.4]]) == [[0, 1], [-1, 0]]


def test_nothing_found():
    assert group([[0.0, 0.0]], [[0.0, 0.0]]) == []
    assert group(np.zeros((3, 0)), np.zeros((3, 0, 2))) == []


def test_distances_over_several_tag_dimensions():
    """(3, 4) is 5 away, or 3.54 as the root of the mean square."""
    scores, tags = [[0.9], [0.9]], [[[0.0, 0.0]], [[3.0, 4.0]]]
    assert group(scores, tags, tag_threshold=4.0) == [[0, -1], [-1, 0]]
    assert group(scores, tags, tag_threshold=4.0, distance='rms') == [[0, 0]]


def test_inclusive_threshold():
    assert group([[0.9], [0.9]], [[0.0], [1.0]], inclusive=True) == [[0, 0]]


def test_rounding_swaps_what_exact_costs_do_not():
    """Instances at 0 and .4, candidates at .39 and .01: all distances round to 0."""
    scores, tags = [[0.9, 0.8], [0.5, 0.6]], [[0.0, 0.4], [0.39, 0.01]]
    assert group(scores, tags, cost='exact') == [[0, 1], [1, 0]]
    # A tag of -.4 evicts the exact match, which is left over.
    scores, tags = [[0.9, 0.0], [0.5, 0.6]], [[0.0, 9.0], [0.0, -0.4]]
    assert group(scores, tags) == [[0, 1], [-1, 0]]
    assert group(scores, tags, cost='exact') == [[0, 0], [-1, 1]]


def test_a_far_candidate_costs_a_close_one_its_match_unless_capped():
    """Instances at 0 and 3. Rounded, .6 and -5.4 cost 1 + 8 one way and 2 + 5 the other."""
    scores, tags = [[0.9, 0.9], [0.5, 0.5]], [[0.0, 3.0], [0.6, -5.4]]
    assert group(scores, tags) == [[0, -1], [1, -1], [-1, 0], [-1, 1]]
    assert group(scores, tags, cost='capped') == [[0, 0], [1, -1], [-1, 1]]


def test_only_the_first_instances_are_open():
    scores, tags = [[0.9, 0.8], [0.7, 0.6]], [[0.0, 5.0], [5.0, 0.0]]
    assert group(scores, tags, max_open=1) == [[0, 1], [1, -1], [-1, 0]]
    assert group(scores, tags, max_open=2, skip_when_full=True) == [[0, -1], [1, -1]]


def test_in_turn_the_best_score_counts_where_the_assignment_takes_the_closest():
    """People at 0 and .9; of the second type .9 at .8 and .7 at .1: within 1 of both people.

    Rounded, .8 costs 1 and .1 costs 0: each gets what is close. By the paper's rule the first one
    takes the higher score, .8 away, and leaves the other.
    """
    scores, tags = [[0.9, 0.8], [0.9, 0.7]], [[0.0, 0.9], [0.8, 0.1]]
    assert group(scores, tags) == [[0, 1], [1, 0]]
    assert group(scores, tags, matching='best_score') == [[0, 0], [1, 1]]


def test_in_turn_what_is_left_over_is_not_reached_or_starts_an_instance():
    """The second person is 1.4 from what the first one leaves."""
    scores, tags = [[0.9, 0.8], [0.9, 0.7]], [[0.0, 0.9], [0.8, -0.5]]
    assert group(scores, tags) == [[0, 1], [1, 0]]
    assert group(scores, tags, matching='best_score') == [[0, 0], [1, -1], [-1, 1]]
    # Scores decide, not the order of the candidates.
    flipped = [[0.9, 0.8], [0.7, 0.9]], [[0.0, 0.9], [-0.5, 0.8]]
    assert group(*flipped, matching='best_score') == [[0, 1], [1, -1], [-1, 0]]


@pytest.mark.parametrize('edge, matched', [(1.0, False), (0.99, True)])
def test_in_turn_within_the_threshold(edge, matched):
    tags = [[0.0], [edge]]
    found = group([[0.9], [0.9]], tags, matching='best_score')
    assert found == ([[0, 0]] if matched else [[0, -1], [-1, 0]])
    assert group([[0.9], [0.9]], tags, matching='best_score', inclusive=True) == [[0, 0]]


def in_words(scores, tags, threshold):
    """The paper's Section 3.3, sentence by sentence, on tags of one dimension."""
    people = []
    for k in range(len(scores)):
        pool = sorted(np.flatnonzero(scores[k]), key=lambda m: -scores[k, m])
        for person in people:
            mean = np.mean([tags[j, m] for j, m in person.items()])
            near = [m for m in pool if abs(tags[k, m] - mean) < threshold]
            if near:
                person[k] = near[0]
                pool.remove(near[0])
        people += [{k: m} for m in sorted(pool)]
    return [[person.get(k, -1) for k in range(len(scores))] for person in people]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_rule_of_the_paper(seed):
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0, 1, (5, 6)).astype(np.float32)
    tags = rng.normal(0, 1.5, (5, 6)).astype(np.float32)
    scores[scores < 0.3] = 0
    expected = in_words(scores, tags.astype(float), 1.0)
    assert group(scores, tags, matching='best_score') == expected


def test_unknown_options_are_named():
    with pytest.raises(ValueError, match="cost must be one of .*'capped'.* got 'squared'"):
        GreedyGrouping(cost='squared')


@pytest.mark.parametrize('shape', [(1, 1), (2, 4), (4, 2), (5, 5)])
@pytest.mark.parametrize('solver', ['scipy', 'munkres'])
def test_assignment_against_brute_force(shape, solver):
    cost = np.random.default_rng(sum(shape)).normal(size=shape)
    short = cost if shape[0] <= shape[1] else cost.T
    best = min(
        short[np.arange(len(short)), columns].sum()
        for columns in permutations(range(short.shape[1]), len(short))
    )
    rows, columns = assign(cost, solver)
    assert len(rows) == min(shape) and cost[rows, columns].sum() == pytest.approx(best)


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    first=st.integers(1, 4),
    second=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_assignment_is_optimal(data, first, second, seed):
    """Of all ways to pair two keypoint types none costs less than the one chosen."""
    rng = np.random.default_rng(seed)
    scores = np.zeros((2, 4), np.float32)
    scores[0, :first], scores[1, :second] = 0.9, rng.uniform(0.2, 0.9, second)
    tags = rng.uniform(0, 4, (2, 4, 2)).astype(np.float32)
    distance = np.linalg.norm(tags[1, :second, None] - tags[0, None, :first], axis=-1)
    cost = 100 * np.round(distance) - scores[1, :second, None]
    if first < second:
        cost = cost.T
    best = min(
        sum(cost[i, j] for i, j in enumerate(columns))
        for columns in permutations(range(cost.shape[1]), len(cost))
    )
    # With an endless threshold every pair of the assignment is accepted.
    instances = np.array(group(scores, tags, tag_threshold=np.inf))
    pairs = instances[(instances != -1).all(1)]
    chosen = (100 * np.round(distance) - scores[1, :second, None])[pairs[:, 1], pairs[:, 0]]
    assert len(pairs) == min(first, second)
    assert chosen.sum() == pytest.approx(best, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_candidate_is_used_once(seed):
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0, 1, (4, 6)).astype(np.float32)
    tags = rng.choice([0.0, 0.3, 1.0, 2.5], (4, 6, 1)).astype(np.float32)
    scores[scores < 0.3] = 0
    instances = np.array(group(scores, tags, order=[2, 0, 3, 1])).reshape(-1, 4)
    for k in range(4):
        used = instances[:, k][instances[:, k] != -1]
        assert sorted(used) == np.flatnonzero(scores[k]).tolist()


@pytest.mark.parametrize('most', [0, 10**6])
def test_distances_of_few_and_of_many_tags(monkeypatch, most):
    monkeypatch.setattr(greedy, '_MOST_DIFFERENCES', most)
    tags, others = np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[0.0, 4.0]])
    np.testing.assert_allclose(greedy._distances(tags, others), [[4], [5]])
