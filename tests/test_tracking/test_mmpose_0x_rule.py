"""The association of MMPose 0.29, exactly, and what comes of its rule."""

import re

import golden
import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.tracking import Tracker, object_keypoint_similarity

VECTORS = golden.subject_files('tracking', '*_mmpose0_association.npz')
COCO_SIGMAS = load_metainfo(dict(from_file='configs/_base_/datasets/coco.py'))['sigmas']


def frames(data):
    """The people of each frame; a keypoint that was not found has score 0."""
    for frame in range(int(data['num_frames'])):
        people = data[f'frame{frame:02d}_keypoints']
        yield frame, Poses(people[..., :2], people[..., 2], people[..., 2].mean(1))


@pytest.mark.parametrize('path', VECTORS)
def test_ids_of_the_original(path):
    data = np.load(path)
    runs = {name.partition('_')[0] for name in data if re.match(r'(iou|oks)\d\d_', name)}
    assert runs
    for run in runs:
        options = dict(sigmas=COCO_SIGMAS) if run.startswith('oks') else {}
        tracker = Tracker('mmpose_0x', similarity=run[:3], threshold=int(run[3:]) / 10, **options)
        for frame, poses in frames(data):
            ids = tracker.update(poses).ids
            assert ids.tolist() == data[f'{run}_frame{frame:02d}_track'].tolist(), (run, frame)
        assert tracker.rule.next_id == data[f'{run}_next_id']


@pytest.mark.parametrize('path', VECTORS)
def test_oks_of_the_original(path):
    """Of all keypoints, at the mean area of the two people."""
    data = np.load(path)
    first, second = (data[f'frame{frame:02d}_keypoints'][..., :2] for frame in (0, 1))
    areas = [data[f'oks03_frame{frame:02d}_area'] for frame in (0, 1)]
    areas = (areas[0][:, None] + areas[1]) / 2
    found = object_keypoint_similarity(first, second, areas, COCO_SIGMAS)
    np.testing.assert_allclose(found, data['oks_frame0_frame1'], atol=1e-5)


def test_who_is_missed_once_is_new(people):
    tracker = Tracker('mmpose_0x', similarity='iou')
    ids = [tracker.update(people(*places)).ids.tolist() for places in ([(0, 50)], [], [(0, 50)])]
    assert ids == [[0], [], [1]]


def test_the_order_of_people_decides(people, sigmas):
    """Somebody who is 1 pixel from the only one of before, and somebody at the same place."""
    tracker = Tracker('mmpose_0x', sigmas=sigmas)
    for places, expected in (([(51, 50), (50, 50)], [0, 1]), ([(50, 50), (51, 50)], [0, 1])):
        tracker.reset()
        tracker.update(people((50, 50)))
        assert tracker.update(people(*places)).ids.tolist() == expected


def test_few_keypoints_make_no_new_person(people, sigmas):
    poses = people((50, 50), hidden=[(0, 0), (0, 1), (0, 2)])
    assert Tracker('mmpose_0x', sigmas=sigmas).update(poses).ids.tolist() == [-1]
    assert Tracker('mmpose_0x', sigmas=sigmas, min_keypoints=2).update(poses).ids.tolist() == [0]


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(), 'sigmas are for similarity "oks" alone, and needed there'),
        (dict(similarity='iou', sigmas=[0.1]), 'sigmas are for similarity "oks" alone'),
        (dict(similarity='box'), "similarity must be one of .*'box'"),
        (dict(similarity='iou', threshold=2), 'threshold must be a number between 0 and 1, got 2'),
        (dict(similarity='iou', min_keypoints=1.5), 'min_keypoints must be a whole number'),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        Tracker('mmpose_0x', **options)
