"""Sigmas from people who were labelled twice."""

import copy

import numpy as np
import pytest

from mmpose_ae.datasets.sigmas import estimate_sigmas


def people(points, area=400.0, visible=2, name='a.jpg'):
    """A file of one image with people of two keypoints."""
    annotations = [
        dict(
            id=n,
            image_id=7,
            iscrowd=0,
            area=area,
            keypoints=[value for x, y in person for value in (x, y, visible)],
            num_keypoints=2,
        )
        for n, person in enumerate(points, 1)
    ]
    return dict(images=[dict(id=7, file_name=name)], annotations=annotations)


def test_by_hand():
    """Size 20; the first keypoint is 2 and 4 pixels off, the second always the same."""
    first = people([[(10, 10), (30, 10)], [(100, 10), (120, 10)]])
    second = people([[(100, 14), (120, 10)], [(12, 10), (30, 10)]])  # in another order
    found = estimate_sigmas(first, second)
    # squares over the area: 4 / 400 and 16 / 400; half of their mean is one annotator's
    assert found.values == pytest.approx([np.sqrt(0.025 / 2), 0])
    assert found.counts.tolist() == [2, 2] and found.people == 2


def test_what_nobody_labelled_twice_has_no_sigma():
    first = people([[(10, 10), (30, 10)]])
    second = copy.deepcopy(first)
    second['annotations'][0]['keypoints'][5] = 0
    found = estimate_sigmas(first, second)
    assert found.values[0] == 0 and np.isnan(found.values[1]) and found.counts.tolist() == [1, 0]


def test_annotators_of_known_noise():
    """Each is off by 0.05 and 0.1 of the size: what COCO calls sigma."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 100, (120, 1, 2)) * 100 + np.array([[0, 0], [10, 0]])
    noise = np.array([0.05, 0.1])[:, None] * 20 / np.sqrt(2)  # of each coordinate
    files = [people(truth + rng.normal(size=truth.shape) * noise) for _ in range(2)]
    assert estimate_sigmas(*files).values == pytest.approx([0.05, 0.1], rel=0.15)


@pytest.mark.parametrize('other', [people([[(90, 90), (99, 90)]]), people([], name='b.jpg')])
def test_strangers_are_refused(other):
    with pytest.raises(ValueError, match='no person is in both files'):
        estimate_sigmas(people([[(10, 10), (30, 10)]]), other)
