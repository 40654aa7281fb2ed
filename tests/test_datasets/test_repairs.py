"""Repairs of single people, by hand."""

import numpy as np
import pycocotools.mask as cocomask
import pytest

from mmpose_ae.datasets.ledger import Ledger
from mmpose_ae.datasets.repairs import repair_person

IMAGE = dict(width=80, height=60, file_name='1.png')
SQUARE = [[10, 10, 30, 10, 30, 20, 10, 20]]  # 20 x 10 pixels


def person(**values):
    return dict(
        dict(
            id=5,
            image_id=1,
            iscrowd=0,
            keypoints=[12, 8, 2, 40, 30, 1, 0, 0, 0],
            num_keypoints=2,
            bbox=[10, 5, 40, 30],
            area=300,
        ),
        **values,
    )


def repaired(ann, num_keypoints=3):
    ledger = Ledger('a.json')
    repair_person(ann, IMAGE, num_keypoints, ledger)
    return ann, ledger


def test_whole_people_stay_as_they_are():
    ann, ledger = repaired(person())
    assert ann == person() and ledger.summary() == ''


@pytest.mark.parametrize(
    'values, box',
    [
        (dict(), [12, 8, 28, 22]),
        (dict(segmentation=SQUARE), [12, 8, 28, 22]),  # known keypoints come first
        (dict(keypoints=[12, 8, 2, 0, 0, 0, 0, 0, 0]), [12, 8, 1, 1]),
        (dict(keypoints=[], segmentation=SQUARE), [10, 10, 20, 10]),
        (dict(iscrowd=1, segmentation=SQUARE), [10, 10, 20, 10]),
        (dict(iscrowd=1), [12, 8, 28, 22]),
        (dict(keypoints=[]), [0, 0, 0, 0]),
    ],
)
@pytest.mark.parametrize('missing', [None, [], [0, 0, 0, 0], [9, 9, -3, 5]])
def test_boxes(values, box, missing):
    ann, ledger = repaired(person(bbox=missing, **values))
    known = box != [0, 0, 0, 0]
    assert ann['bbox'] == (box if known else missing or box)
    assert ('people without a box, taken from keypoints or segmentation' in ledger.repairs) == known
    assert bool(ledger.remarks) != known


@pytest.mark.parametrize(
    'values, area',
    [
        (dict(), 40 * 30 * 0.53),
        (dict(bbox=[-10, 40, 30, 100]), 20 * 19 * 0.53),  # inside the pixels of the image
        (dict(bbox=[-10, -10, 5, 5]), 1),  # outside of it
        (dict(segmentation=SQUARE), 200),
        (dict(segmentation=[*SQUARE, [20, 10, 40, 10, 40, 20, 20, 20]]), 300),  # their union
        (dict(segmentation=[[1, 1, 9, 9]]), 40 * 30 * 0.53),  # not decodable, and not needed
        (dict(segmentation=[[500, 1, 501, 1, 501, 2]]), 40 * 30 * 0.53),
    ],
)
# Evaluators leave out who is larger than 1e10 pixels, and forgive a person of 1e-9 nothing.
@pytest.mark.parametrize('missing', [None, 0, -5, 1e-9, 2e10, float('nan'), float('inf')])
def test_areas(values, area, missing):
    ann, ledger = repaired(person(area=missing, **values))
    assert ann['area'] == pytest.approx(area)
    assert len(ledger.repairs) == 1


def test_areas_of_run_lengths():
    mask = np.zeros((60, 80), np.uint8, order='F')
    mask[10:20, 10:40] = 1
    rle = cocomask.encode(mask)
    compressed = dict(rle, counts=rle['counts'].decode())
    ann, _ = repaired(person(area=0, segmentation=compressed))
    assert ann['area'] == 300
    ann, _ = repaired(person(bbox=None, keypoints=[], segmentation=compressed))
    assert ann['bbox'] == [10, 10, 30, 10]


def test_a_flat_polygon_is_one():
    ann, ledger = repaired(person(segmentation=SQUARE[0], area=0))
    assert ann['segmentation'] == SQUARE and ann['area'] == 200
    assert len(ledger.repairs) == 2


@pytest.mark.parametrize('value', [None, float('nan')])
def test_unknown_keypoints_need_no_place(value):
    ann, ledger = repaired(person(keypoints=[12, 8, 2, 40, 30, 1, value, value, 0]))
    assert ann['keypoints'] == person()['keypoints'] and len(ledger.repairs) == 1


@pytest.mark.parametrize('count, expected', [(None, 2), (-1, 2), (4, 2), ('2', 2), (0, 0), (3, 3)])
def test_counts_that_can_be_right_stay(count, expected):
    """CrowdPose's counts leave out head and neck."""
    assert repaired(person(num_keypoints=count))[0]['num_keypoints'] == expected


def test_people_outside_the_image_are_counted():
    _, ledger = repaired(person(keypoints=[80, 8, 2, 40, 60, 1, -1, 5, 2]))
    assert list(ledger.remarks.values()) == [1] and 'outside the image' in ledger.summary()
    _, ledger = repaired(person(keypoints=[80, 8, 2, 40, 59, 1, -1, 5, 2]))
    assert not ledger.remarks
