"""Whole images: who hides whom, what is annotated, and what the settings do."""

import hashlib
import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from mmpose_ae.datasets.synth_crowd import Settings, make_scene
from mmpose_ae.datasets.synth_crowd.figure import IDS_PER_PERSON
from mmpose_ae.datasets.synth_crowd.settings import KEYPOINTS

CHECKSUM = '5b2347511a7bd4c8654a6ca3b7017d31b7e0ac9fa3870858513f5e295a0e616d'
PEOPLE_ONLY = dict(empty=0.0, crowd_region=0.0, unlabelled=0.0, posters=0.0, loose_limbs=0)


def people_of(scene):
    """Number, figure and annotation of every annotated person."""
    people = [a for a in scene.annotations if not a['iscrowd']]
    assert len(people) == len(scene.figures)
    return [(number, f, a) for (number, f), a in zip(scene.figures.items(), people)]


def test_images_stay_the_same():
    """Bit for bit, with everything that may be on them; made before there were videos."""
    if not cv2.__version__.startswith('5.0.'):
        pytest.skip('the checksum is of lines as OpenCV 5.0 draws them')
    crowd = dict(people=(2, 8), crowding=0.8, empty=0.1, crowd_region=0.6, unlabelled=0.5)
    checksum = hashlib.sha256()
    for options in (Settings(), Settings((128, 96), 'crowdpose', posters=0.5, **crowd)):
        for index in range(6):
            scene = make_scene(5, index, options)
            checksum.update(scene.image.tobytes() + scene.identities.tobytes())
            checksum.update(json.dumps([scene.annotations, scene.crowd_index]).encode())
    assert checksum.hexdigest() == CHECKSUM


def test_arguments_alone_decide():
    first, again = (make_scene(3, 7, Settings()) for _ in range(2))
    assert np.array_equal(first.image, again.image) and first.annotations == again.annotations
    for other in (make_scene(4, 7, Settings()), make_scene(3, 8, Settings())):
        assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize('keypoints', sorted(KEYPOINTS))
def test_visibility_by_painting_one_by_one(keypoints):
    """The last of the people who cover a pixel is seen there; whose keypoint it is not is hidden.

    Each person is painted alone: nothing is read from the scene's own identity map.
    """
    options = Settings((160, 128), keypoints, people=(4, 8), crowding=0.7, **PEOPLE_ONLY)
    counts = {0: 0, 1: 0, 2: 0}
    for index in range(10):
        scene = make_scene(0, index, options)
        alone = {}
        for number, figure, _ in people_of(scene):
            alone[number] = np.zeros((128, 160), np.uint16)
            figure.paint(np.zeros((128, 160, 3), np.uint8), alone[number], number)
        for number, figure, annotation in people_of(scene):
            visibility = annotation['keypoints'][2::3]
            for name, value in zip(options.keypoint_names, visibility):
                counts[value] += 1
                x, y = figure.pixel(name)
                if value == 0:
                    assert not (0 <= x < 159 and 0 <= y < 127) or x == 0 or y == 0
                    continue
                front = max((n for n in alone if alone[n][y, x]), default=0)
                seen = front == number and figure.is_shown(name, alone[number], number)
                assert front and value == (2 if seen else 1), (index, number, name)
    assert min(counts.values()) > 20


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**31),
    st.tuples(st.integers(32, 90), st.integers(32, 90)),
    st.integers(1, 9),
    st.floats(0, 1),
)
def test_any_scene_is_valid(seed, size, most, crowding):
    chances = dict(crowd_region=0.5, unlabelled=0.5, posters=0.5, empty=0.1)
    scene = make_scene(seed, 0, Settings(size, people=(1, most), crowding=crowding, **chances))
    width, height = size
    assert scene.image.shape == (height, width, 3) and scene.image.dtype == np.uint8
    assert 0 <= scene.crowd_index <= 1
    owners = scene.identities // IDS_PER_PERSON
    for number, _, annotation in people_of(scene):
        keypoints = np.reshape(annotation['keypoints'], (17, 3))
        assert set(keypoints[:, 2]) <= {0, 1, 2}
        assert (keypoints[keypoints[:, 2] == 0] == 0).all()
        assert annotation['num_keypoints'] == (keypoints[:, 2] > 0).sum()
        x, y, w, h = annotation['bbox']
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        rows, columns = np.nonzero(owners == number)
        assert annotation['area'] >= len(rows) > 0
        assert x <= columns.min() and columns.max() < x + w
        assert y <= rows.min() and rows.max() < y + h
        rles = coco_mask.frPyObjects(annotation['segmentation'], height, width)
        assert coco_mask.area(coco_mask.merge(rles)) > 0
    # Everybody in the picture is annotated.
    assert set(np.unique(owners)) - {0} == set(scene.figures)


def test_crowd_region_is_behind_the_people():
    options = Settings((128, 128), **{**PEOPLE_ONLY, 'crowd_region': 1.0})
    covered = 0
    for index in range(10):
        scene = make_scene(0, index, options)
        (crowd,) = [a for a in scene.annotations if a['iscrowd']]
        mask = coco_mask.decode(crowd['segmentation']) > 0
        assert mask.sum() == crowd['area'] > 30 and not any(crowd['keypoints'])
        assert not (mask & (scene.identities > 0)).any()
        x, y, w, h = map(int, crowd['bbox'])
        covered += (scene.identities[y : y + h, x : x + w] > 0).any()
    assert covered  # otherwise nothing was tested


def test_unlabelled_people():
    options = Settings((96, 96), **{**PEOPLE_ONLY, 'unlabelled': 1.0, 'people': (2, 2)})
    scenes = [make_scene(0, i, options) for i in range(10)]
    for scene in scenes:
        unlabelled = [a for a in scene.annotations if a['num_keypoints'] == 0]
        assert unlabelled and all(a['segmentation'] and not a['iscrowd'] for a in unlabelled)
    assert max(len(scene.annotations) for scene in scenes) == 3


def test_truncated_people_empty_images_and_number_of_people():
    assert make_scene(0, 0, Settings(**{**PEOPLE_ONLY, 'empty': 1.0})).annotations == []
    scenes = [make_scene(0, i, Settings((96, 96), people=(2, 3), **PEOPLE_ONLY)) for i in range(20)]
    counts = [len(scene.annotations) for scene in scenes]
    assert max(counts) == 3 and np.mean(counts) > 2  # a few are hidden altogether
    numbers = [a['num_keypoints'] for scene in scenes for a in scene.annotations]
    assert max(numbers) == 17 and any(0 < n < 17 for n in numbers)


@pytest.mark.parametrize('distractor', [dict(posters=1.0), dict(loose_limbs=9)])
def test_distractors_change_the_picture_and_nothing_else(distractor):
    """Nobody but the distractors: something is painted, nothing is annotated."""
    options = {**PEOPLE_ONLY, 'empty': 1.0}
    plain, scene = (
        make_scene(0, 1, Settings((96, 96), **{**options, **more})) for more in ({}, distractor)
    )
    changed = (plain.image != scene.image).any(-1).mean()
    assert 0.01 < changed < 0.5 and scene.annotations == []


def test_crowding_raises_the_crowd_index():
    means = [
        np.mean(
            [
                make_scene(0, i, Settings((96, 96), crowding=c, people=(3, 5))).crowd_index
                for i in range(80)
            ]
        )
        for c in (0.0, 0.5, 1.0)
    ]
    assert means[0] + 0.05 < means[1] < means[2] - 0.05


def test_heights_are_relative():
    tall, mixed, small = (
        [f.height for f in make_scene(0, 2, options).figures.values()]
        for options in (
            Settings(heights=heights, people=(3, 3), **PEOPLE_ONLY)
            for heights in ((1.0, 1.0), (0.5, 1.0), (0.5, 0.5))
        )
    )
    assert len(set(tall)) == 1 and small == pytest.approx([h / 2 for h in tall])
    assert len(set(mixed)) == 3 and small[0] < min(mixed) < max(mixed) < tall[0]
