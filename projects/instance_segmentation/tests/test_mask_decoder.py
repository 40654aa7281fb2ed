"""Masks of maps whose instances are known."""

import tracemalloc

import cv2
import numpy as np
import pytest
import torch
from pycocotools import mask as coco_mask

from mmpose_ae.frame import Frame, Grid
from mmpose_ae.registry import TASK_UTILS
from projects.instance_segmentation.decoding import MaskDecoder, Masks, TagDensity, TagHistogram
from projects.instance_segmentation.decoding.masks import masks_of_owners, merge_views
from projects.instance_segmentation.decoding.pixel_grouping import choose_voters, group_pixels

GROUPINGS = [(1, 'TagHistogram'), (1, 'TagDensity'), (8, 'TagDensity')]


def scene(side, rows, dim, seed=0, noise=0.1):
    """A board of rows * rows squares, each with a tag of its own: detections, tags, owners."""
    rng = np.random.default_rng(seed)
    cell = side // rows
    y, x = np.divmod(np.arange(side * side).reshape(side, side), side)
    owners = (y // cell) * rows + x // cell
    owners[(y % cell == 0) | (x % cell == 0)] = -1
    means = 3.0 * rng.permutation(rows * rows)[:, None] * np.eye(dim)[0]
    tags = means[owners] + rng.normal(0, noise / dim**0.5, (side, side, dim))
    detections = np.where(owners >= 0, 0.9, 0.1)
    tensors = (torch.from_numpy(v).float() for v in (detections[None], tags.transpose(2, 0, 1)))
    detections, tags = tensors
    return detections, tags[:, None], owners


def decode(decoder, detections, tags, side):
    """Masks (N, H, W) of an image of that side."""
    grid = Grid.over(tuple(detections.shape[:0:-1]), (side, side))
    masks = decoder.merge([decoder.find(detections, tags, grid, Frame.whole((side, side)))])
    return [coco_mask.decode(rle).astype(bool) for rle in masks.rles], masks


@pytest.mark.parametrize('dim, grouping', GROUPINGS)
def test_instances_are_told_apart_by_their_tags(dim, grouping):
    detections, tags, owners = scene(48, 4, dim)
    decoder = TASK_UTILS.build(dict(type='mmpose_ae.MaskDecoder', grouping=dict(type=grouping)))
    masks, found = decode(decoder, detections, tags, 48)
    assert len(masks) == 16 and (found.labels == 0).all()
    expected = {np.flatnonzero(owners == n).tobytes() for n in range(16)}
    assert {np.flatnonzero(mask).tobytes() for mask in masks} == expected


def test_masks_end_between_cells():
    """Of cells with 0.9, 0.7 and 0.3 of four pixels each the last of 0.5 and more is the tenth.

    The centers are at 1.5, 5.5 and 9.5, and between the last two 0.5 is at 7.5.
    """
    detections = torch.tensor([0.9, 0.7, 0.3, 0.0]).expand(1, 4, 4)
    (mask,), _ = decode(MaskDecoder(min_cells=1), detections, torch.zeros(1, 1, 4, 4), 16)
    np.testing.assert_array_equal(mask, np.arange(16)[None].repeat(16, 0) <= 7)


def test_neighbors_end_midway():
    detections = torch.full((1, 4, 4), 0.9)
    tags = torch.tensor([0.0, 0.0, 9.0, 9.0]).expand(1, 1, 4, 4)
    masks, _ = decode(MaskDecoder(min_cells=1), detections, tags, 16)
    assert sorted(mask.sum() for mask in masks) == [128, 128]
    assert not (masks[0] & masks[1]).any()


def test_padding_and_resizing_are_undone():
    """The image lies twice as large on the input, whose right half is padding."""
    detections = torch.zeros(1, 8, 16)
    detections[:, 2:6, 2:6] = 1
    frame = Frame.whole((16, 16)).resized((32, 32))
    grid = Grid.over((16, 8), (64, 32))
    masks = MaskDecoder().find(detections, torch.zeros(1, 1, 8, 16), grid, frame)
    expected = np.zeros((16, 16), bool)
    expected[4:12, 4:12] = True
    np.testing.assert_array_equal(coco_mask.decode(masks.rles[0]), expected)


WHOLE = Frame.whole((50, 37)).resized((64, 48))


@pytest.mark.parametrize(
    'frame',
    [WHOLE, WHOLE.flipped(), Frame.whole((50, 37)).resized((32, 24)), Frame.whole((7, 5))],
    ids=['whole', 'mirrored', 'half', 'corner'],
)
def test_masks_are_those_of_reading_whole_maps(frame):
    """Run lengths, too; one instance has no cell, others lie on the padding of the input."""
    rng = np.random.default_rng(0)
    sure = cv2.GaussianBlur(rng.random((12, 16)).astype(np.float32), (3, 3), 0)
    owners = np.where(sure < 0.4, -1, np.kron([[0, 1], [3, 4]], np.ones((6, 8), int)))
    grid = Grid.over((16, 12), (64, 48))
    matrix = frame._replace(input_size=(64, 48)).resized((16, 12)).matrix
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for n, rle in enumerate(masks_of_owners(sure, owners, 5, 0.4, grid, frame)):
        cells = np.where(owners == n, sure, np.minimum(0.8 - sure, sure))
        warped = cv2.warpAffine(
            cells, matrix, frame.image_size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        expected = coco_mask.encode(np.asfortranarray(warped >= 0.4, np.uint8))
        assert rle == dict(size=[*expected['size']], counts=expected['counts'].decode())


def test_run_lengths_reach_the_corners():
    """Of one instance that covers the image, and of four cells of which each has a corner."""
    place = Grid.over((2, 2), (4, 4)), Frame.whole((4, 4))
    sure = np.ones((2, 2), np.float32)
    (rle,) = masks_of_owners(sure, np.zeros((2, 2), int), 1, 0.5, *place)
    assert coco_mask.decode(rle).all()
    quarters = masks_of_owners(sure, np.arange(4).reshape(2, 2), 4, 0.5, *place)
    np.testing.assert_array_equal(sum(map(coco_mask.decode, quarters)), np.ones((4, 4)))


def test_categories_have_tags_of_their_own():
    detections = torch.zeros(3, 4, 8)
    detections[0, :, :4], detections[2] = 0.8, 0.6
    tags = torch.zeros(1, 3, 4, 8)
    tags[0, 2, :, 4:] = 5
    _, found = decode(MaskDecoder(), detections, tags, 8)
    assert found.labels.tolist() == [0, 2, 2]
    np.testing.assert_allclose(found.scores, [0.8, 0.6, 0.6], rtol=1e-6)


def test_histogram_takes_the_highest_bin_first():
    tags = np.repeat([0.02, 0.12, 5.05], [10, 7, 8])[:, None]
    np.testing.assert_allclose(TagHistogram()(tags, np.ones(25)), [[0.05], [5.05]])
    np.testing.assert_allclose(
        TagHistogram(reach=0.05)(tags, np.ones(25)), [[0.05], [5.05], [0.15]]
    )
    with pytest.raises(ValueError, match='one dimension, got 2'):
        TagHistogram()(np.zeros((3, 2)), np.ones(3))


def test_density_peaks_where_most_tags_are():
    """Also where the surest pixel is not, and in two dimensions."""
    tags = np.array([[0.3, 0], *[[0, 0]] * 5, *[[4, 3]] * 3])
    modes = TagDensity(reach=1)(tags, np.array([1, *[0.9] * 8]))
    assert sorted(map(tuple, modes)) == [(0, 0), (4, 3)]


def test_what_is_too_small_goes_to_the_nearest():
    tags = np.array([0.0] * 9 + [4.0] * 9 + [3.0] * 2)[:, None]
    groups = group_pixels(tags, np.ones(20), TagHistogram(), 3, 100)
    assert groups.owners.tolist() == [0] * 9 + [1] * 11
    assert not len(group_pixels(tags, np.ones(20), TagHistogram(), 30, 100).scores)
    assert len(group_pixels(tags, np.ones(20), TagHistogram(), 1, 2).scores) == 2
    assert not len(group_pixels(tags[:0], np.ones(0), TagDensity(), 1, 2).scores)


@pytest.mark.parametrize('count', [0, 1, 1024, 1025, 65_536])
def test_voters_are_spread_over_all_pixels(count):
    voters = choose_voters(count)
    assert len(voters) == min(count, 1024) and len(set(voters)) == len(voters)
    np.testing.assert_array_equal(voters, choose_voters(count))
    even = np.linspace(0, count, len(voters), endpoint=False)
    assert np.all((voters > even - 1) & (voters < even + max(count, 1024) / 1024))


def test_each_instance_of_a_board_is_found():
    """Of 36 squares of 42 cells on 256, whose columns every 64th pixel would meet at four only."""
    cell = np.minimum(np.arange(256) // 42, 5)
    owners = 6 * cell[:, None] + cell
    groups = group_pixels(3.0 * owners.reshape(-1, 1), np.ones(256**2), TagHistogram(), 8, 100)
    assert len(groups.scores) == 36
    for n in range(36):
        assert len(set(groups.owners[owners.ravel() == n])) == 1


@pytest.mark.parametrize('dim, grouping', GROUPINGS)
@pytest.mark.parametrize('width', [7, 31, 63])
def test_strips_beside_a_column_that_is_met_are_found(width, dim, grouping):
    """Every 64th pixel of 256x256 is in one of four columns, which the strip does not have."""
    tags = torch.zeros(dim, 1, 256, 256)
    tags[0, 0, :, 1 : 1 + width] = 10
    decoder = MaskDecoder(grouping=dict(type=grouping))
    masks, _ = decode(decoder, torch.ones(1, 256, 256), tags, 256)
    assert sorted(int(mask.sum()) for mask in masks) == [256 * width, 256 * (256 - width)]


@pytest.mark.parametrize('dim, grouping', GROUPINGS)
@pytest.mark.parametrize('bad', [np.nan, np.inf])
@pytest.mark.parametrize('behind', [0, 1], ids=['voter', 'other'])
def test_tags_that_are_not_finite_are_refused(behind, bad, dim, grouping):
    """Whoever looks for the tags of instances, and also where the pixel has no vote."""
    voters = choose_voters(256**2)
    pixel = int(voters[7]) + behind
    assert (pixel in voters) == (behind == 0)
    place = divmod(pixel, 256)
    decoder, tags = MaskDecoder(grouping=dict(type=grouping)), torch.zeros(dim, 1, 256, 256)
    tags[-1, 0, place[0], place[1]] = bad
    with pytest.raises(ValueError, match=f'^tags of pixels must be finite, got {bad}'):
        decode(decoder, torch.ones(1, 256, 256), tags, 256)
    outside = torch.ones(1, 256, 256)
    outside[0, place[0], place[1]] = 0
    assert len(decode(decoder, outside, tags, 256)[0]) == 1  # nobody looks there
    outside[0, place[0], place[1]] = np.inf
    with pytest.raises(ValueError, match='^detections of pixels must be finite, got inf'):
        decode(decoder, outside, torch.zeros_like(tags), 256)


def test_a_histogram_of_tags_that_are_not_finite_ends():
    with pytest.raises(ValueError, match='^tags of pixels must be finite, got nan'):
        TagHistogram()(np.array([[0.0], [np.nan]]), np.ones(2))


@pytest.mark.parametrize('kind', ['TagHistogram', 'TagDensity'])
def test_options_of_groupings_are_checked(kind):
    with pytest.raises(TypeError, match=rf'{kind} has no option foo; known are: .*reach'):
        TASK_UTILS.build(dict(type=f'mmpose_ae.{kind}', foo=1))
    for value in ('x', 0, -1):
        with pytest.raises(ValueError, match=f'reach must be positive and finite, got {value!r}'):
            TASK_UTILS.build(dict(type=f'mmpose_ae.{kind}', reach=value))


@pytest.mark.parametrize('kind', ['MaskDecoder', 'PersonMasks'])
def test_unknown_options_are_refused(kind):
    with pytest.raises(TypeError, match=rf'{kind} has no option treshold \(did you mean threshold'):
        TASK_UTILS.build(dict(type=f'mmpose_ae.{kind}', treshold=0.3))


def test_views_are_merged_by_overlap():
    """Of three masks in a row of ten pixels the second and third are in two views alike."""
    rows = np.zeros((4, 1, 10), np.uint8)
    rows[0, 0, :4] = rows[1, 0, :5] = rows[2, 0, 5:] = rows[3, 0, :4] = 1
    rles = [coco_mask.encode(np.asfortranarray(row)) for row in rows]
    first = Masks(rles[:1], np.array([0]), np.array([0.5]))
    second = Masks(rles[1:], np.array([0, 0, 1]), np.array([0.7, 0.6, 0.4]))
    merged = merge_views([first, second], overlap=0.5, most=10)
    assert merged.scores.tolist() == [0.7, 0.6, 0.4]  # 4 of 5 pixels, but not of the other category
    assert len(merge_views([first, second], overlap=0.85, most=10).rles) == 4
    assert len(merge_views([first, second], overlap=0.85, most=2).rles) == 2


@pytest.mark.parametrize('dim, grouping', GROUPINGS)
def test_memory_is_bounded_whatever_the_tags_are(dim, grouping):
    """Noise has as many tags as pixels."""
    tags = 100 * torch.randn(dim, 1, 128, 128, generator=torch.Generator().manual_seed(0))
    decoder = MaskDecoder(grouping=dict(type=grouping), max_instances=10)
    tracemalloc.start()
    decode(decoder, torch.ones(1, 128, 128), tags, 128)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20
