"""Merging mirrored views of CenterGroup, against the release and by hand."""

import golden
import numpy as np
import pytest
import torch

from mmpose_ae.grouping import MaskedCandidates
from mmpose_ae.models.heads.grouping_views import (
    flip_back_groups,
    merge_groups,
    mirror_candidates,
)
from mmpose_ae.models.modules import GroupingOutputs


def read_layer(data, layer, prefix=''):
    """Outputs of one layer; the attention in the file is of other centers."""
    names = 'loc_pred', 'hard_loc_pred', 'viz_pred', 'person_tp_pred'
    values = [data[f'{prefix}{name}'][layer][None] for name in names]
    attention = torch.rand(*values[2].shape[:3], 3)
    return GroupingOutputs(*values[:2], values[2][..., 0], values[3][..., 0], attention)


def assert_same(outputs, expected):
    for ours, true in zip(outputs[:4], expected):
        np.testing.assert_allclose(ours, true, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_flip*.npz', 'in.flip_loc_pred', 'out.merged_avg.loc_pred')
)
def test_golden_merge(case):
    data, out = case.tensors('in.'), case.tensors('out.')
    flip_indices = golden.FLIP_INDICES[data['loc_pred'].shape[2]]
    for layer in range(len(data['loc_pred'])):
        plain = read_layer(data, layer)
        mirrored = read_layer(data, layer, 'flip_')
        flipped = flip_back_groups(mirrored, flip_indices, int(data['w']))
        assert_same(flipped, read_layer(out, layer, 'flipped_back.'))
        for rule in ('avg', 'max'):
            merged = merge_groups([plain, flipped], rule)
            assert_same(merged, read_layer(out, layer, f'merged_{rule}.'))
            assert torch.equal(merged.attention, plain.attention)


def test_mirrored_candidates():
    """Types 0 and 1 are mirror images of each other in a map of 10 columns."""
    cells = torch.tensor([[[[2, 5], [0, 1]], [[9, 4], [6, 0]]]])
    scores = torch.tensor([[[0.9, 0.1], [0.8, 0.0]]])
    found = MaskedCandidates(scores, cells, scores > 0)
    mirrored = mirror_candidates(found, [1, 0], 10)
    assert mirrored.cells.tolist() == [[[[0, 4], [3, 0]], [[7, 5], [9, 1]]]]
    assert torch.equal(mirrored.scores, scores[:, [1, 0]])
    assert torch.equal(mirrored.mask, scores[:, [1, 0]] > 0)
    back = mirror_candidates(mirrored, [1, 0], 10)
    assert all(torch.equal(once, twice) for once, twice in zip(found, back))


def test_without_visibility_the_sharper_attention_counts():
    first = GroupingOutputs(
        torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2), None, torch.zeros(1, 1),
        torch.tensor([[[[0.9, 0.1], [0.5, 0.5]]]]),
    )  # fmt: skip
    second = GroupingOutputs(
        *torch.ones(2, 1, 1, 2, 2), None, None, torch.tensor([[[[0.6, 0.4], [0.2, 0.8]]]])
    )
    second = second._replace(center_logits=torch.full((1, 1), 4.0))
    merged = merge_groups([first, second])
    assert merged.hard_locations[0, 0, :, 0].tolist() == [0, 1]
    assert merged.visibility is None and merged.center_logits.item() == 2
    assert merge_groups([first, second], 'max').center_logits.item() == 4


def test_what_cannot_be_merged():
    one = GroupingOutputs(*torch.zeros(2, 1, 1, 2, 2), *[None] * 2, torch.zeros(1, 1, 2, 3))
    two = GroupingOutputs(*torch.zeros(2, 1, 2, 2, 2), *[None] * 2, torch.zeros(1, 2, 2, 3))
    with pytest.raises(ValueError, match=r'same centers, got \[1, 2\]'):
        merge_groups([one, two])
    with pytest.raises(ValueError, match="got 'sum'"):
        merge_groups([one, one], 'sum')
