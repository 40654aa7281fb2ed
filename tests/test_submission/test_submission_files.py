"""Names and zip files, and the checks of files that are no lists of people."""

import json
from zipfile import ZipFile

import numpy as np
import pytest

from mmpose_ae.datasets.mpii import GroupPredictions, write_predictions
from mmpose_ae.datasets.posetrack18 import PoseTrackFrame, PoseTrackSequence, write_posetrack
from mmpose_ae.submission import (
    BOARDS,
    check_file,
    name_file,
    read_entries,
    write_submission,
)

PERSON = dict(image_id=7, category_id=1, keypoints=[1.0] * 51, score=0.5)
SEQUENCE = '000342_mpii_test'


def zip_with(path, *names):
    with ZipFile(path, 'w') as archive:
        for name in names:
            archive.writestr(name, json.dumps([PERSON]))
    return path


def test_zip_has_one_file_of_its_name(tmp_path):
    name = name_file(BOARDS['coco'].file_name, 'mine')
    written = write_submission(tmp_path / name, [PERSON], zipped=True)
    assert written.name == 'person_keypoints_test-dev2017_mine_results.zip'
    with ZipFile(written) as archive:
        assert archive.namelist() == ['person_keypoints_test-dev2017_mine_results.json']
    assert read_entries(written) == [PERSON]
    assert check_file('coco', written) == ['1 people in 1 images']
    assert [path.name for path in tmp_path.iterdir()] == [written.name]


@pytest.mark.parametrize(
    'names', [('folder/a_results.json',), ('a_results.json', 'b_results.json'), ('a.json',)]
)
def test_other_zips_are_refused(tmp_path, names):
    with pytest.raises(ValueError, match='a_results.zip: expected one file'):
        read_entries(zip_with(tmp_path / 'a_results.zip', *names))


def test_zip_of_another_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match='expected b_results.json in it, got a_results.json'):
        read_entries(zip_with(tmp_path / 'b_results.zip', 'a_results.json'))


def test_zip_that_the_server_does_not_look_for_is_refused(tmp_path):
    path = zip_with(tmp_path / 'mine_results.zip', 'mine_results.json')
    with pytest.raises(ValueError, match='called person_keypoints_test-dev2017_NAME_results.zip'):
        check_file('coco', path)


def test_numbers_that_json_lacks_are_not_written(tmp_path):
    with pytest.raises(ValueError, match='JSON'):
        write_submission(tmp_path / 'a.json', [dict(PERSON, score=float('nan'))], zipped=False)
    assert not list(tmp_path.iterdir())


def test_names_that_break_the_pattern_are_refused():
    for name in ('a_b', 'a/b', ''):
        with pytest.raises(ValueError, match='name must be'):
            name_file(BOARDS['coco'].file_name, name)


def mpii_group(x):
    found = np.arange(16) < 14
    return GroupPredictions(
        '1.jpg', np.full((2, 16, 2), x), np.ones((2, 16)), np.tile(found, (2, 1))
    )


def test_mpii(tmp_path):
    path = tmp_path / 'pred_keypoints_mpii_multi.mat'
    write_predictions(path, [mpii_group(3.0), mpii_group(4.0)])
    assert check_file('mpii', path) == [
        '4 people in 2 groups',
        'the test set has 1758 groups, all of which must be in the file',
    ]
    write_predictions(path, [mpii_group(3.0), mpii_group(np.nan)])
    with pytest.raises(ValueError, match=r'group 2 \(1.jpg\): .*finite'):
        check_file('mpii', path)


def posetrack(folder, frames, scores=True):
    folder.mkdir(exist_ok=True)
    values = dict(keypoint_scores=np.ones((1, 17))) if scores else {}
    people = np.array([3]), np.ones((1, 17, 3))
    content = [PoseTrackFrame(n, f'{n}.jpg', *people, **values) for n in range(frames)]
    write_posetrack(folder / f'{SEQUENCE}.json', PoseTrackSequence(SEQUENCE, content))
    return folder


def test_posetrack(tmp_path):
    info = posetrack(tmp_path / 'info', 3, scores=False)
    assert check_file('posetrack', posetrack(tmp_path / 'a', 3), info) == [
        '3 frames of 1 sequences'
    ]
    with pytest.raises(ValueError, match='1 frames are missing'):
        check_file('posetrack', posetrack(tmp_path / 'b', 2), info)
    with pytest.raises(ValueError, match='scores are missing in image 0'):
        check_file('posetrack', info)
