"""Steps that are asked for known people, and heatmaps that are given them."""

import pytest
import torch

from projects.recurrent_association.models.instance_targets import InstanceTargets
from projects.recurrent_association.models.known_people import Asked, KnownPeople

PRESENT = torch.tensor([[True, True, True], [True, False, True], [False] * 3]).repeat(3, 1)


def test_copies_are_asked_first_and_free_then():
    """Three images and two copies of each, of 3, 2 and 0 people, with 5 steps."""
    torch.manual_seed(0)
    drawn = torch.stack([KnownPeople(copies=2).choose(PRESENT, 5) for _ in range(60)])
    assert drawn.shape == (60, 9, 5)
    assert (drawn[:, :3] == -1).all()
    counts = (drawn >= 0).sum(2)
    assert {*counts[:, 3].tolist()} == {1, 2, 3}  # at least one person is asked for
    assert {*counts[:, 7].tolist()} == {1, 2}
    assert (counts[:, [5, 8]] == 0).all()
    for row in drawn[:, 3:].flatten(0, 1).tolist():
        asked = [instance for instance in row if instance >= 0]
        assert row == asked + [-1] * (5 - len(asked))
        assert len({*asked}) == len(asked)
    assert {tuple(row[:2]) for row in drawn[:, 4].tolist()} == {(0, 2), (2, 0), (0, -1), (2, -1)}


def test_more_people_than_steps():
    present = torch.ones(2, 4, dtype=torch.bool)
    torch.manual_seed(0)
    assert KnownPeople().choose(present, 2).shape == (2, 2)


def test_nothing_is_spoiled():
    cells, visible = torch.rand(2, 3, 4, 2), torch.rand(2, 3, 4) > 0.5
    found = KnownPeople(jitter=0, missing=0, swapped=0).spoil(cells, visible)
    torch.testing.assert_close(found, (cells, visible))


def test_shares_of_what_is_spoiled():
    """Keypoint k of person n lies at (n, k): whose it is can be read."""
    torch.manual_seed(0)
    n, k = torch.meshgrid(torch.arange(50.0), torch.arange(40.0), indexing='ij')
    cells, visible = torch.stack([n, k], dim=-1)[None], torch.ones(1, 50, 40, dtype=torch.bool)
    spoiled, kept = KnownPeople(jitter=0, missing=0.3, swapped=0.2).spoil(cells, visible)
    assert (~kept).float().mean().item() == pytest.approx(0.3, abs=0.03)
    assert (spoiled[..., 0] != cells[..., 0]).float().mean().item() == pytest.approx(0.2, abs=0.03)
    torch.testing.assert_close(spoiled[..., 1], cells[..., 1])
    moved, _ = KnownPeople(jitter=2, missing=0, swapped=0).spoil(cells, visible)
    assert (moved - cells).std().item() == pytest.approx(2, rel=0.05)


def test_a_missing_keypoint_of_another_person_is_not_taken():
    visible = torch.tensor([[[True], [False]]])
    for _ in range(8):
        _, kept = KnownPeople(missing=0, swapped=1).spoil(torch.rand(1, 2, 1, 2), visible)
        assert kept.tolist() == visible.tolist()


def test_guesses_of_a_step():
    """Two instances whose one heatmap of one cell is 5 and 7; the second image is free."""
    y = torch.tensor([[5.0, 7.0], [5.0, 7.0]])[..., None, None]
    targets = InstanceTargets(torch.ones_like(y), y, torch.ones(2, 2, dtype=torch.bool))
    asked = Asked(torch.tensor([[1, 0, -1], [-1, -1, -1]]), targets)
    guesses = [asked(step).flatten().tolist() for step in range(3)]
    assert guesses == [[7, 0], [5, 0], [0, 0]]


def test_weights_of_a_mean():
    """One image and three copies, which together weigh half of it."""
    weights = KnownPeople(copies=3, weight=0.5).weights(4, torch.zeros(1))
    losses = torch.tensor([1.0, 6.0, 6.0, 6.0])
    assert (weights * losses).mean().item() == pytest.approx(1 + 0.5 * 6)
