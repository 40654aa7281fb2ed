"""Masks of people: placed, painted, and in all that is written."""

import json
from dataclasses import replace

import numpy as np
import pytest
import some_people
from faster_coco_eval import mask as coco_mask

from mmpose_ae.prediction.masks import encode_mask, paint_masks, place_masks
from mmpose_ae.prediction.outputs import Header, open_outputs

HEADER = Header('small', some_people.NAMES, some_people.SKELETON, 0.2, 0.3)


def stripes(count, size=(64, 48)):
    """Masks of people beside each other, ten pixels wide."""
    columns = np.arange(size[0])[None].repeat(size[1], 0)
    return place_masks([encode_mask(columns // 10 == n) for n in range(count)], (0, 0), size)


def with_masks():
    found = some_people.prediction()
    return replace(found, masks=stripes(len(found)), image=np.full((48, 64, 3), 100, np.uint8))


def test_the_better_mask_is_on_top():
    image = np.full((2, 4, 3), 100, np.uint8)
    masks = [encode_mask(np.arange(4)[None].repeat(2, 0) < n) for n in (1, 2)]
    painted = paint_masks(image, masks, [(1, 2, 3), (4, 5, 6)], opacity=1)
    assert painted[0].tolist() == [[1, 2, 3], [4, 5, 6], [100] * 3, [100] * 3]
    half = paint_masks(image, masks, [(0, 50, 200), (0, 0, 0)], opacity=0.5)
    assert half[1, 0].tolist() == [50, 75, 150]
    np.testing.assert_array_equal(paint_masks(image, masks, [(0, 0, 0)] * 2, opacity=0), image)


def test_masks_of_a_region_lie_in_the_picture():
    """A region of 5 x 3 at (6, 2) of a picture of 9 x 7, padded beyond its lower right corner."""
    rng = np.random.default_rng(0)
    part = rng.random((6, 5)) < 0.5
    (placed,) = place_masks([encode_mask(part)], (6, 2), (9, 7))
    expected = np.zeros((7, 9))
    expected[2:7, 6:9] = part[:5, :3]
    np.testing.assert_array_equal(coco_mask.decode(placed), expected)
    assert len(place_masks([], (6, 2), (9, 7))) == 0


@pytest.mark.parametrize('people', [[1], [False, True], []])
def test_people_keep_their_masks(people):
    found = with_masks()
    taken = found.take(np.array(people, bool if False in people else int))
    assert taken.masks.tolist() == found.masks[1:][: len(people)].tolist()


def test_masks_are_drawn_under_skeletons():
    found = with_masks()
    plain = replace(found, masks=None)
    nobody = replace(found, masks=stripes(9)[7:])  # columns beyond the picture: empty masks
    assert (found.draw()[0, :20] != 100).any(-1).all() and (found.draw()[0, 20:] == 100).all()
    np.testing.assert_array_equal(nobody.draw(), plain.draw())


def test_files_have_masks(tmp_path):
    found = with_masks()
    outputs = open_outputs(['json', 'jsonl', 'coco', 'mmpose', 'csv'], tmp_path, HEADER)
    for output in outputs:
        output.write(found)
    paths = [path for output in outputs for path in output.close()]
    files = {path.name: path.read_text() for path in paths}
    (image,) = json.loads(files['people.json'])['images']
    people = dict(
        json=image['people'],
        jsonl=json.loads(files['people.jsonl'].splitlines()[1])['people'],
        mmpose=json.loads(files['a.json']),
    )
    for written in people.values():
        assert [person['mask'] for person in written] == found.masks.tolist()
    results = json.loads(files['coco_results.json'])
    assert [result['segmentation'] for result in results] == found.masks.tolist()


def test_tables_have_masks(tmp_path):
    parquet = pytest.importorskip('pyarrow.parquet')
    (output,) = open_outputs(['parquet'], tmp_path, HEADER)
    output.write(with_masks())
    output.write(some_people.prediction())
    (folder,) = output.close()
    first, second = parquet.read_table(folder).to_pylist()
    assert [person['mask'] for person in first['people']] == with_masks().masks.tolist()
    assert [person['mask'] for person in second['people']] == [None, None]
