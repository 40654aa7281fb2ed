"""Files of PoseTrack18: what is written, round trips, and what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mmpose_ae.datasets.posetrack18 import (
    KEYPOINTS,
    SIGMAS,
    PoseTrackSequence,
    image_id,
    predicted_frame,
    read_posetrack,
    write_posetrack,
)
from mmpose_ae.grouping import Poses
from mmpose_ae.metainfo import keypoint_names, load_metainfo
from mmpose_ae.tracking import Tracks

NAME = '000342_mpii_test'
POINTS = [value for k in range(17) for value in (10.0 + k, 20.0, 1.0)]
# As in the released files: no box of one person, empty scores, a region to ignore, an empty frame.
TRUTH = dict(
    images=[
        dict(
            has_no_densepose=True, is_labeled=True, file_name=f'images/test/{NAME}/000000.jpg',
            nframes=2, frame_id=10003420000, vid_id='000342', id=10003420000,
            ignore_regions_x=[[0, 10, 10], [5, 6, 7, 8]],
            ignore_regions_y=[[0, 0, 10], [5, 6, 7, 8]],
        ),
        dict(
            has_no_densepose=True, is_labeled=False, file_name=f'images/test/{NAME}/000001.jpg',
            nframes=2, frame_id=10003420001, vid_id='000342', id=10003420001,
            ignore_regions_x=[], ignore_regions_y=[],
        ),
    ],
    annotations=[
        dict(
            id=1000342000000, image_id=10003420000, category_id=1, track_id=7, keypoints=POINTS,
            bbox=[1.0, 2.0, 30.0, 40.0], bbox_head=[1.0, 2.0, 5.0, 6.0],
        ),
        dict(
            id=1000342000001, image_id=10003420000, category_id=1, track_id=3, keypoints=POINTS,
            bbox_head=[1.0, 2.0, 5.0, 6.0],
        ),
    ],
    categories=[dict(supercategory='person', id=1, name='person', keypoints=list(KEYPOINTS))],
)  # fmt: skip


@pytest.fixture
def save(tmp_path):
    def save(content):
        path = tmp_path / f'{NAME}.json'
        path.write_text(json.dumps(content))
        return path

    return save


def test_round_trip(save, tmp_path):
    """Nothing is lost but empty lists, which say nothing."""
    given = json.loads(json.dumps(TRUTH))
    given['annotations'][0]['scores'] = []
    sequence = read_posetrack(save(given))
    assert sequence.name == NAME and sequence.keypoint_names == KEYPOINTS
    first, second = sequence.frames
    assert first.track_ids.tolist() == [7, 3] and first.is_labeled and not second.is_labeled
    assert first.scores is first.keypoint_scores is None and np.isnan(first.boxes[1]).all()
    assert [region.shape for region in first.ignore_regions] == [(3, 2), (4, 2)]
    assert len(second) == 0 and second.keypoints.shape == (0, 17, 3)
    path = tmp_path / 'folder' / f'{NAME}.json'
    write_posetrack(path, sequence)
    assert json.loads(path.read_text()) == TRUTH


def test_predictions(tmp_path):
    """Of CrowdPose's keypoints: what was not found, or has no id, is not there."""
    names = ['left_shoulder', 'top_head', 'neck', 'left_ring_finger']
    poses = Poses(
        np.arange(24, dtype=np.float32).reshape(3, 4, 2),
        np.array([[0.5, 0.25, 0, 1]] * 3, np.float32),
        np.array([0.75, 0.5, 0.25], np.float32),
    )
    number = image_id(NAME, 3)
    frame = predicted_frame(number, 'a.jpg', Tracks(np.array([4, -1, 2]), poses), names)
    assert frame.track_ids.tolist() == [4, 2] and frame.scores.tolist() == [0.75, 0.25]
    found = {
        KEYPOINTS[k]: frame.keypoints[0, k].tolist() for k in frame.keypoints[0, :, 2].nonzero()[0]
    }
    assert found == dict(left_shoulder=[0, 1, 1], head_top=[2, 3, 1])
    assert frame.keypoint_scores[1, KEYPOINTS.index('head_top')] == 0.25
    assert not frame.keypoints[0, KEYPOINTS.index('head_bottom')].any()
    path = tmp_path / f'{NAME}.json'
    write_posetrack(path, PoseTrackSequence(NAME, [frame]))
    (annotation, _) = json.loads(path.read_text())['annotations']
    assert annotation['id'] == 1000342000300 and annotation['score'] == 0.75
    assert len(annotation['scores']) == 17 and len(annotation['keypoints']) == 51
    assert annotation['bbox'] == [0, 1, 6, 6]
    (again,) = read_posetrack(path).frames
    for name in ('track_ids', 'keypoints', 'boxes', 'keypoint_scores', 'scores'):
        np.testing.assert_array_equal(getattr(again, name), getattr(frame, name))


def test_sigmas_are_those_of_mmpose():
    metainfo = load_metainfo(dict(from_file='configs/_base_/datasets/posetrack18.py'))
    np.testing.assert_allclose(SIGMAS, metainfo['sigmas'])
    assert tuple(keypoint_names(metainfo)) == KEYPOINTS


@pytest.mark.parametrize('name, number', [
    (NAME, 10003420007), ('000001_bonn', 20000010007), ('012345_mpiinew_test', 30123450007)
])  # fmt: skip
def test_numbers_of_images(name, number):
    assert image_id(name, 7) == number


@pytest.mark.parametrize(
    'name, frame', [('342_mpii', 0), ('000342_coco', 0), (NAME, 10_000), (NAME, -1)]
)
def test_numbers_that_do_not_exist(name, frame):
    with pytest.raises(ValueError, match='of PoseTrack18'):
        image_id(name, frame)


def change(*path, value):
    """The file with another value at a place; None removes it."""
    content = json.loads(json.dumps(TRUTH))
    target = content
    for step in path[:-1]:
        target = target[step]
    if value is None:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return content


def change_person(key, value):
    return change('annotations', 0, key, value=value)


@pytest.mark.parametrize(
    'content, message',
    [
        ([], "it has no list 'images'"),
        (change('categories', value=None), "it has no list 'categories'"),
        (change('categories', value=[]), 'categories must name the keypoints'),
        (change('annotations', 0, value='a'), "annotations must be objects of JSON, got 'a'"),
        (change('images', 0, 'id', value=None), 'an image needs an id and a file_name'),
        (change_person('image_id', 5), '{} is of image 5, which is not there'),
        (change_person('keypoints', [1, 2]), r'{} has keypoints \[1, 2\], expected 51 numbers'),
        (change_person('keypoints', None), '{} has keypoints .*, expected 51 numbers'),
        (change_person('bbox', ['a'] * 4), '{} has bbox .*, expected 4 numbers'),
        (change_person('score', [1, 2]), '{} has score .*, expected a number'),
        (change_person('track_id', None), '{} has track_id None, expected a whole number'),
        (change_person('track_id', -1), '{} has track_id -1, expected a whole number'),
        (change_person('track_id', 3), r'two people of image 10003420000 .* \[3, 3\]'),
    ],
)
def test_what_is_refused_is_named(save, content, message):
    path = save(content)
    with pytest.raises(ValueError, match=message.format('annotation 1000342000000')) as error:
        read_posetrack(path)
    assert str(path) in str(error.value)


def test_what_is_cut_off_is_named(tmp_path):
    path = tmp_path / f'{NAME}.json'
    path.write_text('{"images": [')
    with pytest.raises(ValueError, match=f'{NAME}.json is no file of PoseTrack18: it is not JSON'):
        read_posetrack(path)


def test_more_people_than_have_numbers(tmp_path):
    count = 101
    poses = Poses(np.zeros((count, 17, 2)), np.ones((count, 17)), np.ones(count))
    frame = predicted_frame(1, '', Tracks(np.arange(count), poses), KEYPOINTS)
    with pytest.raises(ValueError, match='image 1 has 101 people, more than 100'):
        write_posetrack(tmp_path / 'a.json', PoseTrackSequence('a', [frame]))


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    path, sequence = tmp_path / f'{NAME}.json', PoseTrackSequence(NAME, [])
    write_posetrack(path, sequence)
    before = path.read_bytes()
    monkeypatch.setattr('os.fsync', lambda _: (_ for _ in ()).throw(OSError(28, 'disk full')))
    with pytest.raises(OSError, match='disk full'):
        write_posetrack(path, replace(sequence, keypoint_names=('nose',)))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
