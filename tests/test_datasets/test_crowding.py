"""Crowding by hand, and the crowd index against the numbers of CrowdPose's authors."""

import json
from collections import defaultdict

import numpy as np
import pytest

from mmpose_ae.datasets.crowding import crowd_index, file_crowding, sample_occlusion


def person(box, *points, iscrowd=0):
    keypoints = [v for x, y in points for v in (x, y, 2)]
    return dict(bbox=box, keypoints=keypoints, num_keypoints=len(points), iscrowd=iscrowd)


def test_by_hand():
    # The first box holds one keypoint of the second against two of its own; the second box none.
    first = person([0, 0, 10, 10], (1, 1), (9, 9))
    second = person([9.2, 9.2, 30, 30], (9.5, 9.5), (30, 30))
    assert crowd_index([first, second]) == pytest.approx((1 / 2 + 0) / 2)
    # Own keypoints count outside the own box too.
    apart = person([9.2, 9.2, 5, 5], (9.5, 9.5), (30, 30))
    assert crowd_index([first, apart]) == pytest.approx((1 / 2 + 0) / 2)
    # Six keypoints of three others against two of one's own: a ratio of 3, and 0 three times.
    others = [person([50 + i, 50, 1, 1], (5, 5), (6, 6)) for i in range(3)]
    assert crowd_index([first, *others]) == pytest.approx((3 + 0 + 0 + 0) / 4)
    inner = person([0, 0, 10, 10], (5, 5), (6, 6))
    assert crowd_index([first, inner, *others]) == 1.0  # (8 / 2 + 8 / 2) / 5, limited


def test_who_counts():
    first = person([0, 0, 10, 10], (1, 1), (9, 9))
    unlabelled = dict(first, keypoints=[5, 5, 0, 6, 6, 0], num_keypoints=0)
    crowd = person([0, 0, 10, 10], (5, 5), (6, 6), iscrowd=1)
    assert crowd_index([first, unlabelled, crowd]) == crowd_index([first]) == crowd_index([]) == 0.0
    # A keypoint of visibility 0 lies at (0, 0), in the first box, and is nobody's.
    unseen = person([50, 50, 9, 9], (55, 55), (0, 0))
    unseen['keypoints'][5], unseen['num_keypoints'] = 0, 1
    assert crowd_index([first, unseen]) == 0.0


def test_head_and_neck_make_a_person():
    """CrowdPose's ``num_keypoints`` leaves them out: it is 0 for the second person here."""
    first = person([0, 0, 10, 10], (1, 1), (9, 9))
    second = dict(person([50, 50, 9, 9], (5, 5)), num_keypoints=0)
    second['keypoints'] += [0, 0, 0]
    people = [dict(ann, image_id=1) for ann in (first, second)]
    assert crowd_index(people) == (1 / 2 + 0) / 2
    assert file_crowding(dict(images=[dict(id=1)], annotations=people)) == {1: (2, 1 / 4)}


@pytest.mark.parametrize(
    'missing, labelled, index',
    [
        ('num_keypoints', 2, (2 / 2 + 0) / 2),
        ('iscrowd', 2, (2 / 2 + 0) / 2),
        ('bbox', 2, (2 / 2 + 0) / 2),  # nobody is in the second one's box with or without it
        ('keypoints', 1, 0.0),
    ],
)
def test_fields_may_be_missing(missing, labelled, index):
    """Training takes such annotations, so measuring them must not fail."""
    first = person([0, 0, 10, 10], (1, 1), (9, 9))
    second = person([50, 50, 9, 9], (5, 5), (6, 6))
    del second[missing]
    people = [dict(ann, image_id=1) for ann in (first, second)]
    assert crowd_index(people) == index
    assert file_crowding(dict(images=[dict(id=1)], annotations=people)) == {1: (labelled, index)}


def test_published_values(shared):
    """The authors' code is not published; the formula gives most of their values to two digits.

    Images with people whom ``num_keypoints`` calls unlabelled are left out: those with head and
    neck count here but not there, and others counted in ways that the file does not show.
    """
    data = json.loads((shared / 'data/crowdpose/crowdpose_val_first500.json').read_text())
    people = defaultdict(list)
    for annotation in data['annotations']:
        people[annotation['image_id']].append(annotation)
    images = [i for i in data['images'] if all(a['num_keypoints'] for a in people[i['id']])]
    ours = np.array([crowd_index(people[image['id']]) for image in images])
    theirs = np.minimum([image['crowdIndex'] for image in images], 1)
    assert len(images) > 200
    assert np.mean(np.abs(ours - theirs) < 0.011) > 0.7
    assert np.corrcoef(ours, theirs)[0, 1] > 0.8


def standing(image_id, point, visibility=2):
    """One keypoint in a box of 10 pixels around it."""
    ann = person([point[0] - 5, point[1] - 5, 10, 10], point)
    ann.update(image_id=image_id, keypoints=[*point, visibility], num_keypoints=int(visibility > 0))
    return ann


def test_people_and_occlusion_of_a_file():
    """Image 1 says how crowded it is; in image 2 each box holds the other's keypoint too."""
    dataset = dict(
        images=[dict(id=1, crowdIndex=0.3), dict(id=2), dict(id=3)],
        annotations=[
            standing(1, (20, 20)),
            standing(1, (40, 20), visibility=1),
            standing(1, (60, 20), visibility=0),
            dict(standing(1, (80, 20)), iscrowd=1),
            standing(2, (20, 20)),
            standing(2, (22, 20)),
        ],
    )
    assert file_crowding(dataset) == {1: (2, 0.3), 2: (2, 1.0), 3: (0, 0.0)}


def test_occlusion_of_a_sample():
    """Of three people two stand in each other's box: crowd index (1 + 1 + 0) / 3."""
    people = [standing(1, (20, 20)), standing(1, (22, 20)), standing(1, (80, 20))]
    assert sample_occlusion(dict(crowd_index=[0.4, 0.4], raw_ann_info=people)) == 0.4
    assert sample_occlusion(dict(raw_ann_info=people)) == pytest.approx(2 / 3)
    assert sample_occlusion(dict(raw_ann_info=None)) == 0
