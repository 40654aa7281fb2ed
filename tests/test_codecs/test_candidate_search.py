"""Which peaks are candidates."""

import pytest
import torch

from mmpose_ae.codecs.candidate_search import (
    CenterCandidateSearch,
    OffsetCandidateSearch,
    PersonSearch,
    TagCandidateSearch,
)


@pytest.mark.parametrize('threshold, scores', [(0.25, [0.5]), (0.5, []), (0.125, [0.5, 0.25])])
def test_candidates_score_more_than_the_threshold(threshold, scores):
    heatmaps = torch.zeros(1, 1, 8, 8)
    heatmaps[0, 0, 1, 1], heatmaps[0, 0, 6, 6] = 0.5, 0.25
    found = TagCandidateSearch(threshold=threshold).find(heatmaps, torch.zeros(1, 1, 8, 8), None)
    assert found.scores[found.scores > 0].tolist() == scores


@pytest.mark.parametrize(
    'kind', [TagCandidateSearch, CenterCandidateSearch, OffsetCandidateSearch, PersonSearch]
)
def test_what_no_search_can_have_is_named(kind):
    bad = dict(threshold=float('nan'), max_candidates=2.5, kernel_size=2)
    of_some = dict(center_threshold='x', center_kernel_size=2.0, min_candidates=-1, max_score='x')
    bad.update({name: value for name, value in of_some.items() if hasattr(kind, name)})
    for name, value in bad.items():
        with pytest.raises(ValueError, match=f'^{name} must be .*, got {value!r}'):
            kind(**{name: value})
