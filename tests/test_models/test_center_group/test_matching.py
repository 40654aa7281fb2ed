"""Matching of centers against the release, by hand and by brute force."""

from itertools import permutations

import golden
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.models.center_group import match_centers


def box_areas(boxes):
    return (boxes[..., 1, :2] - boxes[..., 0, :2]).prod(-1)


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_loss*.npz', 'in.dt_centers', 'out.is_tp')
)
def test_golden_matching(case):
    data = {**case.tensors('in.'), **case.tensors('out.')}
    count, images = len(data['obj_vis']), data['person_batch_ix']
    detected = [data['dt_centers'][images == i] for i in range(count)]
    mask = pad_sequence([torch.ones(len(d), dtype=torch.bool) for d in detected], True)
    matches = match_centers(
        pad_sequence(detected, True),
        data['joints_2'][:, :, -1, :2],
        box_areas(data['boxes2']),
        mask,
        data['obj_vis'] & data['has_kp_anns'],
    )
    for i in range(count):
        ours, is_center = matches[i][mask[i]], data['is_tp'][images == i] > 0
        np.testing.assert_array_equal(ours >= 0, is_center)
        assert torch.equal(data['joints_2'][i][ours[is_center]],
                           data['joints_'][images == i][is_center])  # fmt: skip


# Cost 1 - exp(-d^2 / (2 * 0.3^2 * 53)): of 1, 2, 3 and 6 pixels 0.10, 0.34, 0.61 and 0.98.
@pytest.mark.parametrize('method, max_cost, expected', [
    ('greedy', 0.8, [-1, 0]),  # the pair at one pixel; the rest is six pixels apart
    ('greedy', 0.05, [-1, -1]),
    ('hungarian', 0.8, [0, 1]),  # one pair more
    ('hungarian', 0.5, [-1, 0]),  # without the pair at three pixels
])  # fmt: skip
def test_methods_differ(method, max_cost, expected):
    """Detected at 8 and 11, true at 10 and 14: distances 2 and 6, 1 and 3."""
    detected = torch.tensor([[[8.0, 0.0], [11.0, 0.0]]])
    target = torch.tensor([[[10.0, 0.0], [14.0, 0.0]]])
    ones = torch.ones(1, 2, dtype=torch.bool)
    matches = match_centers(detected, target, ones * 100.0, ones, ones, method, max_cost)
    assert matches.tolist() == [expected]


@pytest.mark.parametrize('distance, matched', [(1, True), (2, False)])
def test_the_variance_of_the_paper(distance, matched):
    """Eq. 12 with k = 0.15 and s = 53: exp(-d^2 / (2 * 53 * 0.15^2)) is 0.66 and 0.19."""
    detected, target = torch.tensor([[[8.0, 0.0]]]), torch.tensor([[[8.0 + distance, 0.0]]])
    one = torch.ones(1, 1, dtype=torch.bool)
    paper = dict(method='hungarian', max_cost=0.5, sigma=0.075)
    matches = match_centers(detected, target, one * 100.0, one, one, **paper)
    assert matches.tolist() == [[0 if matched else -1]]


def test_nothing_to_match():
    def none(*shape):
        return torch.zeros(2, *shape)

    for count, others in ((0, 3), (3, 0), (0, 0)):
        masks = none(count).bool(), none(others).bool()
        for method in ('greedy', 'hungarian'):
            matches = match_centers(none(count, 2), none(others, 2), none(others), *masks, method)
            assert matches.tolist() == [[-1] * count] * 2


def test_of_equal_pairs_the_first_is_made():
    """49 pairs in one place, more than are sorted in place."""
    points, ones = torch.zeros(1, 7, 2), torch.ones(1, 7, dtype=torch.bool)
    assert match_centers(points, points, ones * 100.0, ones, ones).tolist() == [[*range(7)]]


def test_unknown_method():
    empty = torch.zeros(1, 0), torch.zeros(1, 0).bool(), torch.zeros(1, 0).bool()
    points = torch.zeros(1, 0, 2)
    with pytest.raises(ValueError, match="'greedy', 'hungarian'.*got 'best'"):
        match_centers(points, points, *empty, method='best')


points = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=4)


@given(detected=points, target=points)
@settings(max_examples=50, deadline=None)
def test_hungarian_makes_most_pairs_at_the_least_cost(detected, target):
    cost = 1 - np.exp(
        -((np.array(detected)[:, None] - np.array(target)[None]) ** 2).sum(-1) / (2 * 0.09 * 53)
    )
    wide = cost if len(detected) <= len(target) else cost.T
    best = min(
        (-sum(allowed), sum(np.array(costs)[allowed]))
        for columns in permutations(range(wide.shape[1]), len(wide))
        for costs in [wide[range(len(wide)), columns]]
        for allowed in [np.array(costs) <= 0.5]
    )
    ones = torch.ones(1, len(detected)).bool(), torch.ones(1, len(target)).bool()
    matches = match_centers(
        torch.tensor([detected]), torch.tensor([target]), ones[1] * 100.0, *ones, 'hungarian', 0.5
    )[0].numpy()
    made = matches >= 0
    assert len(set(matches[made])) == made.sum() == -best[0]
    assert cost[made, matches[made]].sum() == pytest.approx(best[1], abs=1e-5)
