"""First guesses from the peaks that nobody has explained."""

import math

import torch

from projects.recurrent_association.models.tag_seeds import TagSeeds

# Two keypoints, each of one row of two cells: one person with tags 0 and another with tags 1
DETECTED = torch.tensor([[[[0.9, 0.5]], [[0.8, 0.7]]]])
TAGS = torch.tensor([[[[0.0, 1.0]], [[0.0, 1.0]]]])
FAR = math.exp(-1)


def test_the_highest_peak_asks_for_its_person():
    guess = TagSeeds(DETECTED, TAGS)(0, None)
    torch.testing.assert_close(guess, torch.tensor([[[[0.9, 0.5 * FAR]], [[0.8, 0.7 * FAR]]]]))


def test_who_was_shown_is_explained():
    """However weakly; what a map below the bound shows counts in proportion."""
    seeds = TagSeeds(DETECTED, TAGS)
    seeds(0, None)
    guess = seeds(1, torch.tensor([[[[0.2, 0.1]], [[0.01, -0.02]]]]))
    left = torch.tensor([[[[0.0, 0.25]], [[0.64, 0.7]]]])  # of 0.01 a fifth of 0.05
    expected = left * torch.tensor([[FAR, 1.0]])  # the second person's second keypoint asks
    torch.testing.assert_close(guess, expected)


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
