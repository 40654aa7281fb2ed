"""Which images are in the subsets: by hand, and in CrowdPose's file."""

import json

import numpy as np

from mmpose_ae.datasets.crowding import Crowding, file_crowding
from mmpose_ae.evaluation.crowd_subsets import crowd_subsets


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
