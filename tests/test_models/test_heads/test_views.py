"""Views of test-time augmentation: against HigherHRNet's own outputs and by hand."""

import fakes
import golden
import numpy as np
import pytest
import torch

from mmpose_ae.models.heads import (
    BottomupOutputs,
    ViewOptions,
    average_heatmaps,
    flip_back,
    list_views,
    merge_resolutions,
    resize,
)
from mmpose_ae.models.heads.views import concatenate_tags, flip_outputs, nest_views


@pytest.mark.parametrize(
    'case', golden.cases('net_higherhrnet*.npz', 'out.y0', 'out.y1', 'out.ms_heatmap_orig')
)
def test_resolutions_as_higherhrnet(case):
    y0, y1 = case.tensor('out.y0'), case.tensor('out.y1')
    heatmaps, tags = y0.chunk(2, dim=1)
    merged = merge_resolutions([heatmaps, y1])
    expected = case.tensor('out.ms_heatmap_orig')
    torch.testing.assert_close(merged, expected, atol=1e-4, rtol=1e-5)
    tags = resize(tags, merged.shape[-2:])
    torch.testing.assert_close(tags, case.tensor('out.ms_tag_orig'), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize(
    'case', golden.cases('net_higherhrnet*.npz', 'out.ms_heatmap_flip', 'out.final_heatmaps_p2i')
)
def test_flip_average_at_image_size_as_higherhrnet(case):
    views = [case.tensor('out.ms_heatmap_orig'), case.tensor('out.ms_heatmap_flip')]
    expected = case.tensor('out.final_heatmaps_p2i')
    size = expected.shape[-2:]
    torch.testing.assert_close(average_heatmaps(views, size), expected, atol=1e-4, rtol=1e-5)
    tags = concatenate_tags([case.tensor('out.ms_tag_orig'), case.tensor('out.ms_tag_flip')])
    dense = resize(tags, size).unflatten(1, (2, -1))[..., ::8, ::8]
    expected = case.tensor('out.final_tags_p2i_sub')  # (1, K, h, w, L)
    torch.testing.assert_close(dense.permute(0, 2, 3, 4, 1), expected, atol=1e-4, rtol=1e-5)


def test_flip_back_by_hand():
    maps = torch.arange(12.0).view(1, 4, 1, 3)  # L = 2, K = 2
    flipped = flip_back(maps, [1, 0])
    assert flipped[0, :, 0].tolist() == [[5, 4, 3], [2, 1, 0], [11, 10, 9], [8, 7, 6]]
    assert flip_back(maps, [1, 0], shift=True)[0, 0, 0].tolist() == [5, 5, 4]
    assert torch.equal(flip_back(flipped, [1, 0]), maps)


def test_flip_back_of_other_keypoints_is_refused():
    with pytest.raises(ValueError, match='14 maps do not belong to 17 keypoints'):
        flip_back(torch.zeros(1, 14, 2, 2), list(range(17)))


def test_every_map_is_turned_by_its_own_rule():
    """Types 0 and 1 swap, the center (2) stays; one cell of a map of 3 x 2 is marked in each."""
    heatmaps, (tags, offsets) = torch.zeros(1, 3, 2, 3), torch.zeros(2, 1, 6, 2, 3)
    heatmaps[0, 0, 0, 0], heatmaps[0, 2, 1, 0] = 1, 2  # of type 0, and of the center
    tags[0, 1, 0, 1], tags[0, 3, 1, 2] = 3, 4  # of type 1, and the second dimension of type 0
    offsets[0, 0, 0, 0], offsets[0, 3, 0, 0] = 5, -6  # of type 0: x and y
    offsets[0, 2, 1, 2], offsets[0, 5, 1, 2] = -7, 8  # the center's own
    turned = flip_outputs(BottomupOutputs([heatmaps], tags, offsets), [1, 0, 2])
    assert marked(turned.heatmaps[0]) == {(1, 0, 2): 1, (2, 1, 2): 2}
    assert marked(turned.tags) == {(0, 0, 1): 3, (4, 1, 0): 4}
    # What is 5 cells to the right in the mirror is 5 cells to the left.
    assert marked(turned.offsets) == {(1, 0, 2): -5, (4, 0, 2): -6, (2, 1, 0): 7, (5, 1, 0): 8}
    shifted = flip_outputs(BottomupOutputs([heatmaps], tags, offsets), [1, 0, 2], shift=True)
    # The first column stays, too: what was there before is the nearest that is known.
    assert marked(shifted.heatmaps[0]) == {}
    assert marked(shifted.offsets) == {(2, 1, 0): 7, (5, 1, 0): 8, (2, 1, 1): 7, (5, 1, 1): 8}


def marked(maps):
    """Channel, row and column of every cell that is not 0, with its value."""
    return {tuple(i): maps[0][tuple(i)].item() for i in maps[0].nonzero().tolist()}


def test_heads_without_some_maps_keep_none():
    turned = flip_outputs(BottomupOutputs([torch.ones(1, 2, 2, 2)]), [1, 0])
    assert turned.tags is None and turned.offsets is None


def test_averages_by_hand():
    small, large = torch.ones(1, 1, 2, 2), torch.full((1, 1, 4, 4), 3.0)
    assert average_heatmaps([small, large], (4, 4)).eq(2.0).all()
    tags = concatenate_tags([small, large])
    assert tags.shape == (1, 2, 2, 2) and tags[0, 1].eq(3.0).all()


FEATURES = [(torch.full((1,), float(i)),) for i in range(4)]


@pytest.mark.parametrize(
    'options, feats, expected',
    [
        (dict(), FEATURES[0], [(0, 0, False)]),
        (dict(flip_test=True), FEATURES[:2], [(0, 0, False), (1, 0, True)]),
        (dict(multiscale_test=True), FEATURES[:2], [(0, 0, False), (1, 1, False)]),
        (
            dict(flip_test=True, multiscale_test=True),
            [FEATURES[:2], FEATURES[2:]],
            [(0, 0, False), (1, 0, True), (2, 1, False), (3, 1, True)],
        ),
    ],
)
def test_views_are_listed(options, feats, expected):
    views = list_views(feats, ViewOptions(**options))
    assert [(v.features[0].item(), v.scale, v.flipped) for v in views] == expected


def test_views_are_nested_as_mmpose_does():
    """Features are sums over columns, weighted by their number: a mirrored image has others."""
    images = torch.tensor([[[[1.0, 0.0, 0.0]]]]), torch.tensor([[[[0.0, 1.0]]]])

    def extract(image):
        return ((image * torch.arange(image.shape[-1])).sum().item(),)

    both = dict(flip_test=True, multiscale_test=True)
    assert nest_views(images, extract, dict(aug_scales=[0.5]), both) == [
        [(0,), (2,)],
        [(1,), (0,)],
    ]
    assert nest_views(images[:1], extract, {}, {}) == (0,)
    assert nest_views(images[:1], extract, {}, dict(flip_test=True)) == [(0,), (2,)]


@pytest.mark.parametrize(
    'asked, made, message',
    [
        (True, None, r'multiscale_test=True in test_cfg.*needs.*as in aug_scales=\[0.5, 2\]'),
        (False, [0.5], r'aug_scales=\[0.5\], that nobody uses: set multiscale_test=True'),
    ],
)
def test_pyramids_are_made_and_asked_for_or_neither(asked, made, message):
    with pytest.raises(ValueError, match=message):
        nest_views([None], lambda x: x, dict(aug_scales=made), dict(multiscale_test=asked))


def test_centers_of_views_are_averaged():
    """The center mirrors to itself: (2, 3) and, in the mirror, (13, 3) are the same cell."""
    plain, mirrored = torch.zeros(2, 1, 8, 12, 16)
    plain[0, 3, 3, 2], mirrored[0, 3, 3, 13] = 0.4, 0.8
    half = torch.full((1, 8, 6, 8), 0.3)
    head = fakes.predicting_head('CenterAEHead')
    options = dict(flip_test=True, output_heatmaps=True)
    _, (fields,) = head.predict([(plain,), (mirrored,)], [fakes.sample()], options)
    assert marked(fields.centers[None]) == {(0, 3, 2): pytest.approx(0.6)}
    options = dict(multiscale_test=True, output_heatmaps=True)
    _, (fields,) = head.predict([(plain,), (half,)], [fakes.sample()], options)
    assert fields.centers[0, 3, 2].item() == pytest.approx(0.35)
    assert fields.centers[0, 3, 3].item() == pytest.approx(0.15)


@pytest.mark.parametrize('kind', ['AEHead', 'CenterAEHead', 'CoupledEmbeddingHead'])
def test_the_mirrored_view_alone_is_the_image(kind):
    """A view that shows nobody and a mirrored one that shows two people: they are found."""
    people = fakes.PEOPLE
    feats = [(fakes.perfect_maps(kind, p),) for p in (fakes.NOBODY, fakes.mirrored(people))]
    (found,) = fakes.predicting_head(kind).predict(feats, [fakes.sample()], dict(flip_test=True))
    keypoints = found.keypoints[found.keypoints[:, 0, 0].argsort()]
    np.testing.assert_allclose(keypoints, people, atol=0.2)


@pytest.mark.parametrize(
    'align, expected', [(True, [0, 1 / 3, 2 / 3, 1]), (False, [0, 0.25, 0.75, 1])]
)
def test_corners_are_aligned_where_asked_for(align, expected):
    """Cells 0 and 1, twice as fine: by their corners, or by their centers."""
    small, large = torch.tensor([[[[0.0, 1.0]]]]), torch.zeros(1, 1, 1, 4)
    expected = pytest.approx(expected)
    assert resize(small, (1, 4), align).flatten().tolist() == expected
    assert (2 * merge_resolutions([small, large], align)).flatten().tolist() == expected
    assert (2 * average_heatmaps([small, large], (1, 4), align)).flatten().tolist() == expected
    assert concatenate_tags([large, small], align)[0, 1].flatten().tolist() == expected
