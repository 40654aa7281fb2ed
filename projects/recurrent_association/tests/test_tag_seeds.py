"""First guesses from the peaks that nobody has explained."""

import math

import pytest
import torch

from projects.recurrent_association.models.tag_seeds import TagSeeds

# Two keypoints, each of one row of two cells: one person with tags 0 and another with tags 1
DETECTED = torch.tensor([[[[0.9, 0.5]], [[0.8, 0.7]]]])
TAGS = torch.tensor([[[[0.0, 1.0]], [[0.0, 1.0]]]])
FAR = math.exp(-1)


def test_the_highest_peak_asks_for_its_person():
    """All that is like it has its tag, 0: the mean stays there."""
    guess = TagSeeds(DETECTED, TAGS)(0, None)
    torch.testing.assert_close(guess, torch.tensor([[[[0.9, 0.5 * FAR]], [[0.8, 0.7 * FAR]]]]))


def test_the_mean_tag_says_who_is_shown():
    """The two keypoints have tags 0 and 0.5: their mean, by 0.9 and exp(-0.25) of 0.8, twice."""
    detected, tags = torch.tensor([[[[0.9]], [[0.8]]]]), torch.tensor([[[[0.0]], [[0.5]]]])
    mean = 0.0
    for _ in range(2):
        first, second = 0.9 * math.exp(-(mean**2)), 0.8 * math.exp(-((0.5 - mean) ** 2))
        mean = 0.5 * second / (first + second)
    expected = [0.9 * math.exp(-(mean**2)), 0.8 * math.exp(-((0.5 - mean) ** 2))]
    guess = TagSeeds(detected, tags)(0, None)
    torch.testing.assert_close(guess.flatten(), torch.tensor(expected))


def test_who_was_shown_is_explained():
    """Around the peak of each heatmap, unless it stays below the bound."""
    detected = torch.zeros(1, 2, 1, 6)
    detected[0, :, 0, [1, 4]] = torch.tensor([[0.9, 0.5], [0.8, 0.7]])
    seeds = TagSeeds(detected, torch.zeros(1, 2, 1, 6))
    shown = torch.zeros(1, 2, 1, 6)
    shown[0, :, 0, 2] = torch.tensor([0.2, 0.01])  # a cell beside the first person's
    guess = seeds(1, shown)
    assert guess[0, 0, 0].tolist() == pytest.approx([0, 0, 0, 0, 0.5, 0])
    assert guess[0, 1, 0].tolist() == pytest.approx([0, 0.8, 0, 0, 0.7, 0])


def test_tags_of_several_dimensions():
    """The second dimension is 0, 3 for both keypoints: the distance squared is 1 + 9."""
    tags = torch.cat([TAGS, 3 * TAGS], dim=1)
    guess = TagSeeds(DETECTED, tags)(0, None)
    torch.testing.assert_close(guess[0, 0, 0, 1], 0.5 * torch.tensor(-10.0).exp())


def test_images_have_seeds_of_their_own():
    one = TagSeeds(DETECTED, TAGS)(0, None)
    flipped = DETECTED.flip(3), TAGS.flip(3)
    both = TagSeeds(*(torch.cat(pair) for pair in zip((DETECTED, TAGS), flipped)))(0, None)
    torch.testing.assert_close(both, torch.cat([one, one.flip(3)]))


def test_nothing_is_detected():
    assert not TagSeeds(torch.full((1, 2, 1, 2), -0.1), TAGS)(0, None).any()
