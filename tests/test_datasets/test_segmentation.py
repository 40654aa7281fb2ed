"""Segmentations: against the COCO API, by hand, and malformed."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import xtcocotools.mask as cocomask
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.datasets.segmentation import encode_segmentation, merge_masks, uncompress_counts

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))
MASKS = SHAPES.flatmap(lambda size: hnp.arrays(np.uint8, size, elements=st.integers(0, 1)))


def mask_of(segmentation, size):
    return merge_masks(encode_segmentation(segmentation, size), size)


def draw_runs(runs, size):
    """Run lengths alternate between 0 and 1, down the columns."""
    values = np.arange(len(runs)) % 2
    return np.repeat(values, runs).reshape(size[1], size[0]).T


@given(MASKS)
@settings(deadline=None, max_examples=100)
def test_every_kind_of_rle_gives_the_mask_back(mask):
    rle = cocomask.encode(np.asfortranarray(mask))
    runs = uncompress_counts(rle['counts'])
    np.testing.assert_array_equal(draw_runs(runs, mask.shape), mask)
    for counts in (rle['counts'], rle['counts'].decode(), runs):
        np.testing.assert_array_equal(
            mask_of(dict(counts=counts, size=mask.shape), mask.shape), mask
        )


def test_long_runs_are_read():
    runs = [5, 100000, 7, 200000, 31, 1, 32]
    size = (sum(runs), 1)
    counts = cocomask.frPyObjects(dict(counts=runs, size=list(size)), *size)['counts']
    assert uncompress_counts(counts) == runs


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
        (dict(size=[10, 10]), 'counts must be'),
        (dict(counts=[100], size=[10, 11]), r'RLE of size \[10, 11\]'),
        (dict(counts=[10, 5], size=[10, 10]), 'cover 15 of 100'),
        (dict(counts=[110, -10], size=[10, 10]), 'RLE counts'),
        (dict(counts='zz', size=[10, 10]), 'RLE counts'),
    ],
)
def test_malformed_segmentations_are_refused(segmentation, message):
    with pytest.raises(ValueError, match=message):
        encode_segmentation(segmentation, (10, 10))
