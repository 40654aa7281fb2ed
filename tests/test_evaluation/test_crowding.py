import json

import numpy as np
import pytest

from mmpose_ae.evaluation.crowding import (
    Crowding,
    crowd_subsets,
    file_crowding,
    sample_occlusion,
)


def person(image_id, point, visibility=2, **fields):
    """One keypoint in a box of 10 pixels around it."""
    box = [point[0] - 5, point[1] - 5, 10, 10]
    return dict(
        dict(image_id=image_id, bbox=box, iscrowd=0, num_keypoints=int(visibility > 0)),
        keypoints=[*point, visibility],
        **fields,
    )


def test_people_and_occlusion_of_a_file():
    """Image 1 says how crowded it is; in image 2 each box holds the other's keypoint too."""
    dataset = dict(
        images=[dict(id=1, crowdIndex=0.3), dict(id=2), dict(id=3)],
        annotations=[
            person(1, (20, 20)),
            person(1, (40, 20), visibility=1),
            person(1, (60, 20), visibility=0),
            dict(person(1, (80, 20)), iscrowd=1),
            person(2, (20, 20)),
            person(2, (22, 20)),
        ],
    )
    assert file_crowding(dataset) == {1: (2, 0.3), 2: (2, 1.0), 3: (0, 0.0)}


def test_occlusion_of_a_sample():
    """Of three people two stand in each other's box: crowd index (1 + 1 + 0) / 3."""
    people = [person(1, (20, 20)), person(1, (22, 20)), person(1, (80, 20))]
    assert sample_occlusion(dict(crowd_index=[0.4, 0.4], raw_ann_info=people)) == 0.4
    assert sample_occlusion(dict(raw_ann_info=people)) == pytest.approx(2 / 3)
    assert sample_occlusion(dict(raw_ann_info=None)) == 0


def test_subsets():
    """Of ten images with people the first two and the last two are the fifths."""
    people = [2, 7, 3, 9, 6, 5, 1, 8, 5, 12]
    occlusion = np.arange(10) / 10
    crowding = {i + 1: Crowding(n, o) for i, (n, o) in enumerate(zip(people, occlusion))}
    crowding[50] = Crowding(0, 0.0)  # nobody: does not count
    assert crowd_subsets(crowding) == dict(subset1=[9], subset2=[1], subset3=[10], subset4=[2])


def test_images_that_tie_stay_together():
    crowding = {i: Crowding(3, float(i > 3)) for i in range(10)}
    found = crowd_subsets(crowding)
    assert found['subset2'] == [0, 1, 2, 3] and found['subset1'] == [4, 5, 6, 7, 8, 9]


def test_nobody_at_all():
    assert not any(crowd_subsets({1: Crowding(0, 0.0)}).values())
    assert not any(crowd_subsets({}).values())


def test_subsets_of_crowdpose(shared):
    """2931 of the 3220 annotations have a labelled keypoint, 37 of those are crowd regions."""
    file = shared / 'data/crowdpose/crowdpose_val_first500.json'
    dataset = json.loads(file.read_text())
    crowding = file_crowding(dataset)
    assert sum(image.people for image in crowding.values()) == 2931 - 37
    subsets = crowd_subsets(crowding)
    ranked = sorted(crowding, key=lambda i: crowding[i].occlusion)
    for name, fifth, people in [
        ('subset1', ranked[-102:], range(2, 6)),
        ('subset2', ranked[:102], range(2, 6)),
        ('subset3', ranked[-102:], range(7, 100)),
        ('subset4', ranked[:102], range(7, 100)),
    ]:
        assert len(subsets[name]) >= 20
        assert set(subsets[name]) <= set(fifth)
        assert all(crowding[i].people in people for i in subsets[name])
