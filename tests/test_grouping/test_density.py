"""Density grouping: hand-made cases, and what must not change the groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.grouping import Candidates, GreedyGrouping, density
from mmpose_ae.grouping.density import DensityGrouping
from mmpose_ae.grouping.pool import Pool

SEEDS = st.integers(0, 10**6)


def make_candidates(scores, tags, cells=None):
    scores, tags = np.array(scores, np.float32), np.array(tags, np.float32)
    if tags.ndim == 2:
        tags = tags[..., None]
    cells = np.zeros((*scores.shape, 2)) if cells is None else cells
    return Candidates(scores, np.array(cells, np.float32), tags)


def group(scores, tags, cells=None, tag_threshold=1.0, **options):
    candidates = make_candidates(scores, tags, cells)
    groups = DensityGrouping(**options)(candidates, range(len(scores)), tag_threshold)
    assert groups.dtype == np.int64
    return sorted(groups.tolist(), reverse=True)


def make_scene(seed, people=4, num_keypoints=6, tag_dim=2, noise=0.4):
    """Noisy people, some keypoints missing; (K, people) arrays, and who the candidates are."""
    rng = np.random.default_rng(seed)
    shape = (num_keypoints, people)
    true_tags = rng.uniform(-3, 3, (people, tag_dim))
    places = rng.uniform(0, 100, (people, 2))
    owners = rng.permuted(np.tile(np.arange(people), (num_keypoints, 1)), axis=1)
    scores = rng.uniform(0.2, 1, shape) * (rng.random(shape) > 0.2)
    tags = true_tags[owners] + rng.normal(scale=noise / tag_dim**0.5, size=(*shape, tag_dim))
    cells = places[owners] + rng.normal(scale=5, size=(*shape, 2))
    return Candidates(scores, cells, tags), owners


def as_sets(candidates, tag_threshold=1.0, names=None, order=None, **options):
    """The groups as sets of (keypoint type, name of the candidate)."""
    num_keypoints, most = candidates.scores.shape
    names = np.tile(np.arange(most), (num_keypoints, 1)) if names is None else names
    order = range(num_keypoints) if order is None else order
    groups = DensityGrouping(**options)(candidates, range(num_keypoints), tag_threshold)
    return {frozenset((order[k], names[k, m]) for k, m in enumerate(g) if m != -1) for g in groups}


def test_two_people():
    scores = [[0.9, 0.8], [0.7, 0.6], [0.5, 0.0]]
    tags = [[0.0, 5.0], [5.1, 0.2], [4.8, 0.0]]
    assert group(scores, tags) == [[1, 0, 0], [0, 1, -1]]


def test_nothing_found():
    assert group([[0.0, 0.0]], [[0.0, 0.0]]) == []
    candidates = Candidates(np.zeros((3, 0)), np.zeros((3, 0, 2)), np.zeros((3, 0, 2)))
    assert DensityGrouping()(candidates, range(3), 1.0).shape == (0, 3)


def test_a_stray_candidate_is_an_instance_of_its_own():
    scores, tags = [[0.9, 0.2], [0.9, 0.0]], [[0.0, 4.0], [0.1, 0.0]]
    assert group(scores, tags) == [[1, -1], [0, 0]]
    assert group([[0.0], [0.3]], [[0.0], [0.0]]) == [[-1, 0]]


def test_people_with_equal_tags_stay_two():
    assert group([[0.9, 0.8], [0.7, 0.6]], [[1.0, 1.0], [1.0, 1.0]]) == [[1, 1], [0, 0]]


def test_first_tag_that_is_off_does_not_split():
    """The others are up to 1.05 from the first tag, but their mean is .95 away."""
    scores, tags = [[0.9]] * 5, [[0.95], [-0.1], [0.1], [0.0], [0.0]]
    greedy = GreedyGrouping()(make_candidates(scores, tags), range(5), 1.0)
    assert len(greedy) == 2
    assert group(scores, tags) == [[0] * 5]


def test_splinters_are_joined_as_far_as_the_tags_within_groups_spread():
    """Tags 0, .6, -.6 have standard deviation .6; 1.6 is out of reach.

    It is 1.6 / sqrt(1 / 3 + 1) = 1.39 standard errors of 1 from their mean, 2.31 of .6.
    """
    scores, tags = [[0.9]] * 4, [[0.0], [0.6], [-0.6], [1.6]]
    assert group(scores, tags, join_below=2.4) == [[0, 0, 0, 0]]
    assert group(scores, tags, join_below=2.2) == [[0, 0, 0, -1], [-1, -1, -1, 0]]
    # Tags that agree to .1 do not explain it.
    assert len(group(scores, [[0.0], [0.1], [-0.1], [1.6]])) == 2


def test_groups_with_a_common_keypoint_type_are_not_joined():
    scores = [[0.9, 0.0], [0.9, 0.0], [0.9, 0.0], [0.9, 0.8]]
    tags = [[0.0, 0.0], [0.6, 0.0], [-0.6, 0.0], [0.0, 1.6]]
    assert group(scores, tags, join_below=100.0) == [[0, 0, 0, 0], [-1, -1, -1, 1]]


def test_a_neighbor_does_not_take_what_is_closer_to_another():
    """Tags 0 and 1 are within reach of each other, and the first one's last type is missing."""
    scores = [[0.9, 0.5], [0.9, 0.5], [0.9, 0.5], [0.0, 0.5]]
    tags = [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    assert group(scores, tags) == [[1, 1, 1, 1], [0, 0, 0, -1]]


def test_positions_decide_where_tags_do_not():
    """All tags are equal; of the last type the other one's peak is the stronger."""
    scores = [[0.9, 0.5], [0.9, 0.5], [0.9, 0.5], [0.8, 0.7]]
    left, right = [[i, 0.0] for i in range(4)], [[100.0 + i, 0.0] for i in range(4)]
    cells = [[left[0], right[0]], [left[1], right[1]], [left[2], right[2]], [right[3], left[3]]]
    tags = np.zeros((4, 2))
    assert group(scores, tags, cells) == [[1, 1, 1, 0], [0, 0, 0, 1]]
    assert group(scores, tags, cells, spread=None) == [[1, 1, 1, 1], [0, 0, 0, 0]]


def test_a_tag_half_way_between_two_groups_is_used_once():
    scores, tags = [[0.9, 0.9]] * 4, [[0.0, 1.5]] * 4
    scores, tags = [*scores, [0.1, 0.0]], [*tags, [0.75, 0.0]]
    groups = group(scores, tags)
    assert [g[:4] for g in groups] == [[1] * 4, [0] * 4]
    assert sorted(g[4] for g in groups) == [-1, 0]


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, noise=st.sampled_from([0.0, 0.3, 1.0, 3.0]), tag_dim=st.sampled_from([1, 8]))
def test_every_candidate_is_used_once(seed, noise, tag_dim):
    candidates = make_scene(seed, tag_dim=tag_dim, noise=noise)[0]
    groups = DensityGrouping()(candidates, range(6), 1.0)
    assert (groups != -1).any(1).all()
    for k in range(6):
        used = groups[:, k][groups[:, k] != -1]
        assert sorted(used) == np.flatnonzero(candidates.scores[k]).tolist()


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS)
def test_order_of_candidates_and_types_does_not_matter(seed):
    candidates = make_scene(seed)[0]
    rng = np.random.default_rng(seed)
    names = rng.permuted(np.tile(np.arange(4), (6, 1)), axis=1)
    order = rng.permutation(6)
    rows, columns = order[:, None], names[order]
    shuffled = Candidates(*(values[rows, columns] for values in candidates))
    assert as_sets(shuffled, names=columns, order=order) == as_sets(candidates)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, shift=st.sampled_from([-64.0, 0.5, 32.0]))
def test_places_in_the_image_and_in_tag_space_do_not_matter(seed, shift):
    candidates = make_scene(seed)[0]
    expected = as_sets(candidates)
    scores, cells, tags = candidates
    assert as_sets(Candidates(scores, [99, 0] + cells * [-1, 1], tags)) == expected
    assert as_sets(Candidates(scores, cells + shift, tags)) == expected
    assert as_sets(Candidates(scores, 4 * cells, tags)) == expected
    assert as_sets(Candidates(scores, cells, tags + shift)) == expected


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, unit=st.sampled_from([0.25, 2.0]))
def test_the_tag_threshold_is_the_unit_of_tags(seed, unit):
    scores, cells, tags = make_scene(seed)[0]
    scaled = Candidates(scores, cells, unit * tags)
    assert as_sets(scaled, tag_threshold=unit) == as_sets(Candidates(scores, cells, tags))


@pytest.mark.parametrize(
    'num_keypoints, tag_dim, people', [(133, 16, 60), (17, 1, 60), (14, 8, 1), (1, 1, 30)]
)
def test_sizes(num_keypoints, tag_dim, people):
    """People two apart with little noise are all found, and nothing else."""
    candidates, owners = make_scene(0, people, num_keypoints, tag_dim)
    ladder = np.pad(2.0 * owners[..., None], [(0, 0), (0, 0), (0, tag_dim - 1)])
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (num_keypoints, people, 1))
    groups = DensityGrouping()(candidates._replace(tags=ladder + noise), range(num_keypoints), 1.0)
    found = np.where(groups == -1, -1, owners[np.arange(num_keypoints), groups])
    assert all(len(set(row[row != -1])) == 1 for row in found)
    assert len(groups) == len(np.unique(owners[candidates.scores > 0]))


def test_more_people_are_found_whole_than_by_greedy_grouping():
    whole = dict(greedy=0, density=0)
    for seed in range(20):
        candidates, owners = make_scene(seed, people=8, num_keypoints=17, tag_dim=1)
        owners = np.where(candidates.scores > 0, owners, -1)
        true = {frozenset(zip(*np.nonzero(owners == person))) for person in range(8)}
        for name, grouping in dict(greedy=GreedyGrouping(), density=DensityGrouping()).items():
            groups = grouping(candidates, range(17), 1.0)
            sets = {frozenset((k, m) for k, m in enumerate(g) if m != -1) for g in groups}
            whole[name] += len(sets & true)
    assert whole['density'] > whole['greedy']


def test_lengths_must_be_positive():
    with pytest.raises(ValueError, match='reach must be positive and finite, got 0'):
        DensityGrouping(reach=0)
    with pytest.raises(ValueError, match='spread must be positive and finite, got -1'):
        DensityGrouping(spread=-1)
    with pytest.raises(ValueError, match='join_below must be a number between 0 and inf, got -1'):
        DensityGrouping(join_below=-1)
    for name in ('reach', 'spread', 'join_below'):
        with pytest.raises(ValueError, match=f'{name} must .* got nan'):
            DensityGrouping(**{name: float('nan')})
    for name in ('reach', 'join_below'):
        with pytest.raises(ValueError, match=f'{name} must .* got None'):
            DensityGrouping(**{name: None})


def test_what_a_splinter_took_goes_back():
    """The last step alone: the instance has a doubtful fourth keypoint, the splinter its own one.

    Worth of the swap: .9 near the mean tag times the larger sum of scores, against .5 far from it.
    """
    types = np.array([0, 1, 2, 3, 3])
    scores = np.array([0.9, 0.9, 0.9, 0.5, 0.9])
    tags = np.array([[0.0], [0.0], [0.0], [0.9], [0.2]])
    pool = Pool(types, scores, np.zeros((5, 2)), tags)
    groups = np.array([[0, 1, 2, 3], [-1, -1, -1, 4]])
    assert DensityGrouping(spread=None)._reassign(pool, groups).tolist() == [
        [0, 1, 2, 4],
        [-1, -1, -1, 3],
    ]


def test_a_group_counts_as_much_as_its_scores_add_up_to():
    """Groups of 3.2 at tag .094 and of .9 at -.3, and two candidates of the last type.

    Weights: .378 and .763 for the first, .172 and .9 for the second. Each would keep its own by
    them alone, .378 + .9; times the sums 3.2 * .763 + .9 * .172 is more than 3.2 * .378 + .9 * .9.
    """
    scores, tags = np.array([0.9, 0.9, 0.9, 0.5, 0.9]), np.array([0, 0, 0, 0.6, -0.3])[:, None]
    pool = Pool(np.array([0, 1, 2, 3, 3]), scores, np.zeros((5, 2)), tags)
    groups = np.array([[0, 1, 2, 3], [-1, -1, -1, 4]])
    found = DensityGrouping(spread=None)._reassign(pool, groups)
    assert found.tolist() == [[0, 1, 2, 4], [-1, -1, -1, 3]]


def test_groups_pick_again_around_their_mean():
    """Groups start at 16 types; 1.5 is out of reach of 0, but not of the mean, .284."""
    tags = np.array([0.0] * 9 + [0.65] * 7 + [1.5])[:, None]
    pool = Pool(np.arange(17), np.ones(17), np.zeros((17, 2)), tags)
    assert DensityGrouping()._find_groups(pool, 17).tolist() == [list(range(17))]


@pytest.mark.parametrize('tag, alone', [(1.38, False), (1.42, True)])
def test_the_default_reach(tag, alone):
    """A fourth type 1.4 thresholds from the group's tags, too far to be joined to it by them."""
    pool = Pool(np.arange(4), np.ones(4), np.zeros((4, 2)), np.array([[0, 0, 0, tag]]).T)
    picked = DensityGrouping()._pick(pool, np.zeros((1, 1)), 4)
    assert picked.tolist() == [[0, 1, 2, -1 if alone else 3]]


@pytest.mark.parametrize('count, placed', [(2, False), (3, True)])
def test_few_keypoints_do_not_tell_where_a_group_is(count, placed):
    cells = np.array([[0.0, 0.0], [4.0, 0.0], [2.0, 5.0]])
    pool = Pool(np.arange(3), np.ones(3), cells, np.zeros((3, 1)))
    groups = np.where(np.arange(3) < count, np.arange(3), -1)[None]
    assert np.isfinite(DensityGrouping()._place(pool, groups).falloff).tolist() == [placed]


def test_of_many_groups_those_without_a_candidate_are_kept_out(monkeypatch):
    """Both ways of matching find the pairs of most worth: .7 + .9 instead of .8 + .1."""
    worth = np.array([[0.8, 0.7], [0, 0], [0.9, 0.1], [0, 0.6]])
    for few in (4, 1):
        monkeypatch.setattr(density, '_FEW_GROUPS', few)
        groups, candidates = density._match(worth)
        pairs = {(g, c) for g, c in zip(groups.tolist(), candidates.tolist()) if worth[g, c]}
        assert pairs == {(0, 1), (2, 0)}
    lonely = np.array([[0, 0.2], [0.3, 0], [0, 0]])
    assert sorted(zip(*map(np.ndarray.tolist, density._match(lonely)))) == [(0, 1), (1, 0)]


def test_defaults():
    """2.31 standard errors are within 3; half the weight is twice the median distance away."""
    assert group([[0.9]] * 4, [[0.0], [0.6], [-0.6], [1.6]]) == [[0, 0, 0, 0]]
    cells = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    pool = Pool(np.arange(3), np.ones(3), cells, np.zeros((3, 1)))
    places = DensityGrouping()._place(pool, np.array([[0, 1, 2]]))
    assert places.center.tolist() == [[1, 0]] and places.falloff.tolist() == [2]


@pytest.mark.parametrize('dim', [1, 3])
def test_modes_are_where_the_density_of_all_tags_peaks(dim):
    """By brute force: no tag within half the reach of a mode is much denser, nor another mode."""
    rng = np.random.default_rng(dim)
    tags = rng.normal(0, 2, (60, dim)).round(3)
    scores = rng.uniform(0.5, 1, 60)
    squared = np.square(tags[:, None] - tags).sum(-1)
    density = (scores * np.clip(1 - squared / 1.4**2, 0, None) ** 2).sum(1)
    modes = DensityGrouping().find_modes(tags, scores)
    found = [int(np.abs(tags - mode).sum(1).argmin()) for mode in modes]
    for n in found:
        near = squared[n] < 0.7**2
        assert density[n] > 0.9 * density[near].max()  # seeds are a tenth of the reach apart
    assert squared[np.ix_(found, found)][~np.eye(len(found), dtype=bool)].min() >= 0.7**2
    assert DensityGrouping().find_modes(tags[:0], scores[:0]).shape == (0, dim)
