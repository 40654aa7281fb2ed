"""Segmentations: against the COCO API, by hand, and malformed."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as cocomask

from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))
RLE_TEXT = [chr(code) for code in range(48, 112)]
MASKS = SHAPES.flatmap(lambda size: hnp.arrays(np.uint8, size, elements=st.integers(0, 1)))


def mask_of(segmentation, size):
    return merge_masks(encode_segmentation(segmentation, size), size)


def run_lengths(mask):
    """Lengths of the runs of 0 and 1, in turn, down the columns."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=0))  # the first run, of zeros, may be empty
    return np.diff([0, *edges, flat.size]).tolist()


@given(MASKS)
@settings(deadline=None, max_examples=100)
def test_every_kind_of_rle_gives_the_mask_back(mask):
    compressed = cocomask.encode(np.asfortranarray(mask))['counts']
    for counts in (compressed, compressed.decode(), run_lengths(mask)):
        found = mask_of(dict(counts=counts, size=list(mask.shape)), mask.shape)
        np.testing.assert_array_equal(found, mask)


@given(SHAPES, st.text(RLE_TEXT, max_size=40))
@settings(deadline=None, max_examples=300)
def test_text_that_is_no_rle_does_no_harm(size, counts):
    """On most of these pycocotools 2.0.11 ends the process, or never returns."""
    try:
        mask = mask_of(dict(counts=counts, size=list(size)), size)
    except ValueError as error:
        assert 'RLE counts must be run lengths' in str(error)
    else:
        assert mask.shape == size and mask.max() <= 1


@given(SHAPES, st.lists(st.integers(-3, 2**33), max_size=6))
@settings(deadline=None, max_examples=300)
def test_numbers_are_run_lengths_where_they_cover_the_image(size, counts):
    if min(counts, default=-1) >= 0 and sum(counts) == size[0] * size[1]:
        assert mask_of(dict(counts=counts, size=list(size)), size).sum() == sum(counts[1::2])
    else:
        with pytest.raises(ValueError, match='RLE counts must be run lengths'):
            mask_of(dict(counts=counts, size=list(size)), size)


@given(SHAPES, st.lists(st.lists(st.integers(-10, 50), min_size=6, max_size=6), min_size=1))
@settings(deadline=None, max_examples=100)
def test_polygons_as_by_pycocotools(size, polygons):
    polygons = [[min(value, 2 * max(size)) / 1.5 for value in polygon] for polygon in polygons]
    polygons = [[max(value, -max(size)) for value in polygon] for polygon in polygons]
    expected = cocomask.decode(cocomask.merge(cocomask.frPyObjects(polygons, *size)))
    np.testing.assert_array_equal(mask_of(polygons, size), expected)


def test_polygons_are_united():
    mask = mask_of([[1, 1, 4, 1, 4, 3, 1, 3], [3, 2, 6, 2, 6, 4, 3, 4]], (5, 8))
    expected = np.zeros((5, 8), np.uint8)
    expected[1:3, 1:4] = 1
    expected[2:4, 3:6] = 1
    np.testing.assert_array_equal(mask, expected)


def test_no_segmentation_is_an_empty_mask():
    np.testing.assert_array_equal(merge_masks([], (3, 4)), np.zeros((3, 4)))


@pytest.mark.parametrize(
    'segmentation, message',
    [
        ([], 'expected polygons or an RLE'),
        ('abc', 'expected polygons or an RLE'),
        ([[]], '3 points or more'),
        ([[1, 1, 2, 2]], '3 points or more'),
        ([[1, 1, 2, 2, 3, 3, 4]], '3 points or more'),
        ([1, 1, 2, 2, 3, 3], '3 points or more'),
        ([[1, 1, 2, 'x', 3, 3]], 'not a list of numbers'),
        ([[1, 1, 2, 2, 3, float('nan')]], 'leaves the 10x10 image'),
        ([[1, 1, 2, 2, 3, 1e9]], 'leaves the 10x10 image'),
        (5, 'expected polygons or an RLE'),
        (dict(size=[10, 10]), 'counts must be'),
        (dict(counts=5, size=[10, 10]), 'counts must be'),
        (dict(counts=['a'], size=[10, 10]), 'counts must be'),
        (dict(counts=[100]), 'RLE of size None'),
        (dict(counts=[100], size=10), 'RLE of size 10'),
        (dict(counts=[100], size=[10, 11]), r'RLE of size \[10, 11\]'),
        (dict(counts=[], size=[10, 10]), 'of 100 pixels, got \\[\\]'),
        (dict(counts=[10, 5], size=[10, 10]), 'of 100 pixels'),
        (dict(counts=[10, 95], size=[10, 10]), 'of 100 pixels'),
        (dict(counts=[110, -10], size=[10, 10]), 'of 100 pixels'),
        (dict(counts='', size=[10, 10]), 'of 100 pixels'),
        (dict(counts='zz', size=[10, 10]), 'of 100 pixels'),
        (dict(counts=b'zz', size=[10, 10]), 'of 100 pixels'),
        (dict(counts='o' * 100, size=[10, 10]), 'of 100 pixels'),  # a number without an end
    ],
)
def test_malformed_segmentations_are_refused(segmentation, message):
    with pytest.raises(ValueError, match=message):
        encode_segmentation(segmentation, (10, 10))
