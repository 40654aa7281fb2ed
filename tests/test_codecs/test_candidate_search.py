"""Which peaks are candidates."""

import pytest
import torch

from mmpose_ae.codecs.candidate_search import TagCandidateSearch


@pytest.mark.parametrize('threshold, scores', [(0.25, [0.5]), (0.5, []), (0.125, [0.5, 0.25])])
def test_candidates_score_more_than_the_threshold(threshold, scores):
    heatmaps = torch.zeros(1, 1, 8, 8)
    heatmaps[0, 0, 1, 1], heatmaps[0, 0, 6, 6] = 0.5, 0.25
    found = TagCandidateSearch(threshold=threshold).find(heatmaps, torch.zeros(1, 1, 8, 8), None)
    assert found.scores[found.scores > 0].tolist() == scores
