"""Missing keypoints by both rules, on maps made by hand."""

import pytest
import torch

from mmpose_ae.grouping import find_missing

HEATMAPS = torch.tensor([[[0.9, 0.5, 0.2, 0.1]], [[0.3, 0.8, 0.0, 0.0]]])  # K = 2, 1x4
TAGS = torch.tensor([[[9.0, 1.2, 0.1, 0.0]], [[5.0, 5.0, 5.0, 5.0]]])  # L = 1


def test_rounded_distance_as_the_releases():
    # Less the rounded distance from 0: .9 - 9, .5 - 1, .2 - 0, .1 - 0.
    cells, scores = find_missing(
        HEATMAPS, TAGS, torch.tensor([[0.0]]), torch.tensor([[True, False]])
    )
    assert cells[0, 0].tolist() == [2, 0] and scores[0].tolist() == pytest.approx([0.2, 0.0])


def test_within_a_tag_distance_as_the_paper():
    missing = torch.tensor([[True, True], [False, True]])
    cells, scores = find_missing(
        HEATMAPS, TAGS, torch.tensor([[0.0], [5.0]]), missing, tag_threshold=1.5
    )
    assert cells[0, 0].tolist() == [1, 0] and cells[1, 1].tolist() == [1, 0]
    # Nothing of the second type is close to the first instance; what is not missing stays 0.
    assert scores.flatten().tolist() == pytest.approx([0.5, 0.0, 0.0, 0.8])


def test_scores_are_never_negative_and_nan_tags_never_chosen():
    tags = TAGS.clone()
    tags[0, 0, 2] = torch.nan
    cells, scores = find_missing(
        HEATMAPS - 0.15, tags, torch.tensor([[0.0]]), torch.tensor([[True, False]])
    )
    assert cells[0, 0].tolist() == [3, 0] and scores[0, 0] == 0.0


def test_multidimensional_coarser_tags():
    """Tags of half the resolution and L = 2 are read as if upsampled bilinearly."""
    heatmaps = torch.zeros(1, 2, 4)
    heatmaps[0, 1, 3] = 0.4
    tags = torch.tensor([[[0.0, 8.0]], [[0.0, -8.0]]])  # L = 2, K = 1, 1x2
    cells, scores = find_missing(
        heatmaps, tags, torch.tensor([[8.0, -8.0]]), torch.tensor([[True]]), 1.0
    )
    assert cells[0, 0].tolist() == [3, 1] and scores[0, 0] == pytest.approx(0.4)
