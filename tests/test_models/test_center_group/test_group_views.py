"""Mirrored views of CenterGroup: against the release, by hand, and by the places they stand for."""

import fakes
import golden
import numpy as np
import pytest
import torch

from mmpose_ae.codecs import CenterProposals, Maps
from mmpose_ae.models.center_group import GroupingOutputs
from mmpose_ae.models.center_group.views import (
    flip_back_groups,
    merge_groups,
    mirror_candidates,
    mirror_proposals,
)
from mmpose_ae.ops import MaskedCandidates


def outputs_of(locations, members=None, visibility=None, center_logits=None, attention=None):
    """Outputs of C centers of one image with K keypoints each, from lists or arrays."""
    values = locations, members, visibility, center_logits, attention
    return GroupingOutputs(*(None if v is None else torch.as_tensor(v)[None] for v in values))


def read_layer(data, layer, prefix='', rank=0):
    """Outputs of one layer of the release, in whose place a candidate is for every keypoint.

    The release gives the position of what was chosen. Here that of keypoint k of center c is a
    candidate of type k: the one of rank c in the image as it is, of rank C + c in the mirrored one.
    """
    names = 'loc_pred', 'hard_loc_pred', 'viz_pred', 'person_tp_pred'
    locations, chosen, visibility, centers = (data[f'{prefix}{name}'][layer] for name in names)
    count, types = locations.shape[:2]
    members = torch.arange(types) * 2 * count + rank * count + torch.arange(count)[:, None]
    attention = torch.rand(count, types, types * 2 * count)  # that of the file is of other centers
    outputs = outputs_of(locations, members, visibility[..., 0], centers[..., 0], attention)
    return outputs, chosen


@pytest.mark.parametrize(
    'case', golden.cases('centergroup_flip*.npz', 'in.flip_loc_pred', 'out.merged_avg.loc_pred')
)
def test_golden_merge(case):
    torch.manual_seed(0)
    data, out = case.tensors('in.'), case.tensors('out.')
    flip_indices = golden.FLIP_INDICES[data['loc_pred'].shape[2]]
    for layer in range(len(data['loc_pred'])):
        plain, chosen = read_layer(data, layer)
        mirrored, _ = read_layer(data, layer, 'flip_', rank=1)
        flipped = flip_back_groups(mirrored, flip_indices, int(data['w']))
        expected, chosen_flipped = read_layer(out, layer, 'flipped_back.', rank=1)
        assert_same(flipped, expected)
        places = torch.cat([chosen, chosen_flipped]).transpose(0, 1).flatten(0, 1)  # K * 2C
        for rule in ('avg', 'max'):
            merged = merge_groups([plain, flipped], rule)
            expected, true_places = read_layer(out, layer, f'merged_{rule}.')
            assert_same(merged._replace(members=None), expected._replace(members=None))
            np.testing.assert_allclose(places[merged.members[0]], true_places, atol=1e-4)
            assert torch.equal(merged.attention, plain.attention)


def assert_same(outputs, expected):
    for ours, true in zip(outputs[:4], expected):
        if ours is not None:
            np.testing.assert_allclose(ours, true, rtol=1e-5, atol=1e-4)


# Types 0 and 1 are mirror images of each other, in a map of 10 columns; two candidates each.
CELLS = torch.tensor([[[[2, 5], [0, 1]], [[9, 4], [6, 0]]]])
SCORES = torch.tensor([[[0.9, 0.1], [0.8, 0.0]]])
FOUND = MaskedCandidates(SCORES, CELLS, SCORES > 0)


def test_mirrored_candidates():
    mirrored = mirror_candidates(FOUND, [1, 0], 10)
    assert mirrored.cells.tolist() == [[[[0, 4], [3, 0]], [[7, 5], [9, 1]]]]
    assert torch.equal(mirrored.scores, SCORES[:, [1, 0]])
    assert torch.equal(mirrored.mask, SCORES[:, [1, 0]] > 0)
    back = mirror_candidates(mirrored, [1, 0], 10)
    assert all(torch.equal(once, twice) for once, twice in zip(FOUND, back))


def test_members_of_the_mirrored_view_are_the_same_candidates():
    """In the mirrored view one center takes, by its four candidates (0, 4), (3, 0), (7, 5), (9, 1):

    for type 0 the second one, (3, 0), which is (6, 0) in the image: candidate 3; for type 1 the
    first one, (0, 4), of the other type: (9, 4) in the image, candidate 2. Turned back, type 0 is
    what type 1 was.
    """
    mirrored = outputs_of(torch.zeros(1, 2, 2), [[1, 0]], attention=torch.zeros(1, 2, 4))
    back = flip_back_groups(mirrored, [1, 0], 40)
    assert back.members.tolist() == [[[2, 3]]]
    assert CELLS.flatten(1, 2)[0, back.members[0, 0]].tolist() == [[9, 4], [6, 0]]


@pytest.mark.parametrize('seed', range(5))
def test_members_turned_back_lie_where_they_were_taken(seed):
    """Four types, two of which swap, and one center: any members, by their cells."""
    generator = torch.Generator().manual_seed(seed)
    flip_indices, width, stride = [0, 2, 1, 3], 12, 4
    cells = torch.randint(0, width, (1, 4, 3, 2), generator=generator)
    found = MaskedCandidates(torch.ones(1, 4, 3), cells, torch.ones(1, 4, 3, dtype=torch.bool))
    mirrored, _ = mirror_proposals(CenterProposals(found, found), flip_indices, width)
    members = torch.randint(0, 12, (1, 5, 4), generator=generator)
    taken = mirrored.cells.flatten(1, 2)[0, members[0]]  # (5, 4, 2)
    outputs = GroupingOutputs(
        taken[None] * stride + 1.5, members, None, None, torch.zeros(1, 5, 4, 12)
    )
    back = flip_back_groups(outputs, flip_indices, width * stride)
    expected = torch.stack([width - 1 - taken[..., 0], taken[..., 1]], -1)[:, flip_indices]
    assert torch.equal(cells.flatten(1, 2)[0, back.members[0]], expected)
    torch.testing.assert_close(back.locations[0], expected * stride + 1.5)  # in pixels


def test_what_was_chosen_is_refined_on_the_heatmap_of_its_new_type():
    """The only candidate is one of type 0, at (5, 4); it is chosen for type 1, too.

    There the heatmap of type 1 rises to the right by e^2 against the left, and that of type 0 to
    the left: the fit of a Gaussian through a, 1, a e^2 gives half of ln(e^2) over its bend.
    """
    maps = torch.full((1, 2, 8, 10), 1e-6)
    for type_, (left, right) in enumerate([(0.5, 0.25), (0.1, 0.1 * np.exp(2))]):
        maps[0, type_, 4, 4:7] = torch.tensor([left, 1.0, right])
        maps[0, type_, [3, 5], 5] = 0.5
    codec = fakes.codec('CenterGroupCodec', keypoint_order=[0, 1])
    proposals = CenterProposals(
        MaskedCandidates(
            torch.tensor([[[1.0, 0.0], [0.0, 0.0]]]),
            torch.tensor([[[[5, 4], [0, 0]], [[0, 0], [0, 0]]]]),
            torch.tensor([[[True, False], [False, False]]]),
        ),
        MaskedCandidates(
            torch.ones(1, 1, 1), torch.zeros(1, 1, 1, 2).long(), torch.ones(1, 1, 1).bool()
        ),
    )
    picked = codec.pick(maps, proposals, torch.tensor([[[0, 0]]]), None, None)
    first = (np.log(0.25) - np.log(0.5)) / (2 * (-np.log(0.5) - np.log(0.25)))
    second = 2 / (2 * -(2 * np.log(0.1) + 2))
    np.testing.assert_allclose(picked.cells[0, 0], [[5 + first, 4], [5 + second, 4]], atol=1e-5)
    assert picked.heatmap_values.tolist() == [[[1, 1]]]
    assert first < 0 < second


def test_a_peak_of_another_type_has_the_value_of_the_type_that_it_is_chosen_for():
    maps = torch.zeros(1, 2, 8, 10)
    maps[0, 0, 2, 3], maps[0, 1, 2, 3], maps[0, 1, 6, 7] = 0.9, 0.3, 0.8
    codec = fakes.codec('CenterGroupCodec', keypoint_order=[0, 1], refinement=None)
    centers = torch.zeros(1, 1, 8, 10)
    centers[0, 0, 4, 5] = 1.0
    proposals = codec.propose(Maps(maps, centers=centers))
    per_type = proposals.keypoints.cells.shape[2]
    members = torch.tensor([[[0, 0]]]).expand(1, proposals.centers.cells.shape[2], -1)
    picked = codec.pick(maps, proposals, members, None, None)
    np.testing.assert_allclose(picked.heatmap_values[0, 0], [0.9, 0.3])
    picked = codec.pick(maps, proposals, members + torch.tensor([0, per_type]), None, None)
    np.testing.assert_allclose(picked.heatmap_values[0, 0], [0.9, 0.8])
    assert picked.cells[0, 0].tolist() == [[3, 2], [7, 6]]


def test_without_visibility_the_sharper_attention_counts():
    first = outputs_of(
        torch.zeros(1, 2, 2), [[0, 1]], None, torch.zeros(1), [[[0.9, 0.1], [0.5, 0.5]]]
    )
    second = outputs_of(
        torch.ones(1, 2, 2), [[1, 0]], None, torch.full((1,), 4.0), [[[0.6, 0.4], [0.2, 0.8]]]
    )
    merged = merge_groups([first, second])
    assert merged.members.tolist() == [[[0, 0]]]
    assert merged.locations[0, 0, :, 0].tolist() == [0, 1]
    assert merged.visibility is None and merged.center_logits.item() == 2
    assert merge_groups([first, second], 'max').center_logits.item() == 4


def test_the_surer_view_has_the_keypoint():
    first = outputs_of(torch.zeros(1, 2, 2), [[0, 1]], [[3.0, -1.0]], None, torch.zeros(1, 2, 2))
    second = outputs_of(torch.ones(1, 2, 2), [[1, 0]], [[-2.0, 2.0]], None, torch.ones(1, 2, 2))
    for rule, logits in (('avg', [0.5, 0.5]), ('max', [3, 2])):
        merged = merge_groups([first, second], rule)
        assert merged.members.tolist() == [[[0, 0]]]
        assert merged.visibility.tolist() == [[logits]]


def test_what_cannot_be_merged():
    one = outputs_of(torch.zeros(1, 2, 2), [[0, 0]], attention=torch.zeros(1, 2, 3))
    two = outputs_of(torch.zeros(2, 2, 2), [[0, 0]] * 2, attention=torch.zeros(2, 2, 3))
    with pytest.raises(ValueError, match=r'same centers, got \[1, 2\]'):
        merge_groups([one, two])
    with pytest.raises(ValueError, match="got 'sum'"):
        merge_groups([one, one], 'sum')
