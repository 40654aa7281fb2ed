"""The crowd index by hand, and against the numbers that CrowdPose's authors published."""

import json
from collections import defaultdict

import numpy as np
import pytest

from mmpose_ae.datasets.synth_crowd import crowd_index


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
    unlabelled = dict(person([0, 0, 10, 10], (5, 5), (6, 6)), num_keypoints=0)
    crowd = person([0, 0, 10, 10], (5, 5), (6, 6), iscrowd=1)
    assert crowd_index([first, unlabelled, crowd]) == crowd_index([first]) == crowd_index([]) == 0.0
    # A keypoint of visibility 0 lies at (0, 0), in the first box, and is nobody's.
    unseen = person([50, 50, 9, 9], (55, 55), (0, 0))
    unseen['keypoints'][5], unseen['num_keypoints'] = 0, 1
    assert crowd_index([first, unseen]) == 0.0


def test_published_values(shared):
    """The authors' code is not published; the formula gives most of their values to two digits.

    Images with unlabelled people are left out: they counted in ways that the file does not show.
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
