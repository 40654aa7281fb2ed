"""Costs against maps that are drawn, assignments against every permutation."""

from itertools import permutations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.recurrent_association.models.instance_targets import InstanceTargets
from projects.recurrent_association.models.matching import (
    distances_between,
    distances_to_targets,
    match,
)


def random_targets(b, n, k, h, w):
    present = torch.ones(b, n).bool()
    return InstanceTargets(torch.rand(b, n, k, w), torch.rand(b, n, k, h), present)


@pytest.mark.parametrize('masked', [False, True])
def test_distances_as_of_drawn_maps(masked):
    torch.manual_seed(0)
    heatmaps, targets = torch.randn(2, 4, 3, 5, 6), random_targets(2, 2, 3, 5, 6)
    mask = (torch.rand(2, 5, 6) < 0.5).float() if masked else torch.ones(2, 5, 6)
    drawn = targets.draw(torch.arange(2).expand(2, 2))
    difference = (heatmaps[:, :, None] - drawn[:, None]) * mask[:, None, None, None]
    expected = difference.flatten(4).norm(dim=4).sum(3)  # (B, P, N)
    found = distances_to_targets(heatmaps, targets, mask if masked else None)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_distance_by_hand():
    """Two keypoints: maps that differ by (3, 4) and by 12 are 5 + 12 apart."""
    first = torch.zeros(1, 2, 1, 2)
    second = torch.tensor([[[[3.0, 4.0]], [[0.0, 12.0]]]])
    assert distances_between(first, second).tolist() == [[17.0]]


def test_distances_between_as_of_all_pairs():
    torch.manual_seed(0)
    first, second = torch.randn(3, 2, 4, 5), torch.randn(2, 2, 4, 5)
    expected = (first[:, None] - second[None]).flatten(3).norm(dim=3).sum(2)
    torch.testing.assert_close(distances_between(first, second), expected)


def test_distances_are_exact_under_autocast():
    torch.manual_seed(0)
    targets = random_targets(1, 2, 3, 12, 16)
    heatmaps = targets.draw(torch.tensor([[0, 1]])) + 1e-3  # each 1e-3 * sqrt(192) away, per map
    with torch.autocast('cpu', torch.bfloat16):
        distances = distances_to_targets(heatmaps, targets)[0].diagonal()
        between = distances_between(heatmaps[0], heatmaps[0] - 1e-3).diagonal()
    expected = torch.full((2,), 3e-3 * 192**0.5)
    torch.testing.assert_close(distances, expected, atol=5e-3, rtol=0)
    torch.testing.assert_close(between, expected, atol=5e-3, rtol=0)


def test_match_by_hand():
    """Greedily row 0 would take column 0; 1 + 2 is less than 0 + 9. Row 2 is left."""
    costs = torch.tensor([[[0.0, 1.0], [2.0, 9.0], [8.0, 8.0]]])
    assert match(costs, torch.ones(1, 3).bool(), torch.ones(1, 2).bool()).tolist() == [[1, 0, -1]]


def test_parts_are_matched_one_after_the_other():
    """Row 0 alone takes column 0, the nearest; then rows 1 and 2 share what is left."""
    costs = torch.tensor([[[0.0, 1.0, 5.0], [2.0, 9.0, 3.0], [1.0, 2.0, 8.0]]]).repeat(2, 1, 1)
    sides = torch.ones(2, 3).bool(), torch.ones(2, 3).bool()
    ends = torch.tensor([[True, False, True], [False, False, False]])
    assert match(costs, *sides, ends).tolist() == [[0, 2, 1], [1, 2, 0]]


def test_nothing_is_left_for_the_last_part():
    everything = torch.ones(1, 3).bool()
    found = match(torch.zeros(1, 3, 2), everything, everything[:, :2], everything)
    assert found.tolist() == [[0, 1, -1]]


def test_what_takes_no_part_stays_unmatched():
    costs = torch.zeros(2, 2, 3)
    rows = torch.tensor([[False, True], [False, False]])
    columns = torch.tensor([[False, False, True], [True, True, True]])
    assert match(costs, rows, columns).tolist() == [[-1, 2], [-1, -1]]


@pytest.mark.parametrize('shape', [(1, 0, 3), (2, 3, 0)])
def test_nothing_to_match(shape):
    b, p, n = shape
    found = match(torch.zeros(shape), torch.ones(b, p).bool(), torch.ones(b, n).bool())
    assert found.shape == (b, p)
    assert (found == -1).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 1000))
def test_no_pairing_is_cheaper(p, n, seed):
    torch.manual_seed(seed)
    costs = torch.rand(p, n)
    (found,) = match(costs[None], torch.ones(1, p).bool(), torch.ones(1, n).bool())
    pairs = [(row, column) for row, column in enumerate(found.tolist()) if column >= 0]
    assert len(pairs) == len({column for _, column in pairs}) == min(p, n)
    few, many = (costs, n) if p <= n else (costs.T, p)
    cheapest = min(
        sum(few[row, column].item() for row, column in enumerate(choice))
        for choice in permutations(range(many), len(few))
    )
    assert sum(costs[pair].item() for pair in pairs) == pytest.approx(cheapest, abs=1e-5)


def test_costs_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match='invalid numeric'):
        match(torch.full((1, 1, 1), torch.nan), torch.ones(1, 1).bool(), torch.ones(1, 1).bool())
