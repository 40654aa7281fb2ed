"""Files that other programs read: COCO's results, MMPose's JSON and CSV."""

import csv
import json
import os
from dataclasses import replace
from importlib import import_module

import fakes
import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster
from some_people import FILLED, KEYPOINT_SCORES, NAMES, SKELETON, frame, prediction

from mmpose_ae.prediction import Video
from mmpose_ae.prediction.outputs import OUTPUTS, Header, open_outputs
from mmpose_ae.prediction.outputs.output import RESUMABLE
from mmpose_ae.prediction.prediction import ROW

HEADER = Header('small', NAMES, SKELETON, 0.2, 0.3)
OTHERS = ('window', 'parquet')  # of no file, or of a package that need not be there


def write(name, folder, *predictions):
    """Write predictions; gives the files."""
    (output,) = open_outputs([name], folder, HEADER)
    output.fail('broken.jpg', None, 'it is broken')
    for each in predictions:
        output.write(each)
    return output.close()


def test_unknown_outputs_are_refused_before_anything_is_made(tmp_path):
    with pytest.raises(ValueError, match=r"must be one of .*'coco'.*, got 'xml'"):
        open_outputs(['json', 'xml'], tmp_path / 'out', HEADER)
    assert not (tmp_path / 'out').exists()
    assert len(open_outputs(['json', 'json'], tmp_path, HEADER)) == 1


@pytest.mark.parametrize('name', [name for name in OUTPUTS if name not in OTHERS])
def test_nothing_at_all_is_a_valid_output(tmp_path, name):
    for path in write(name, tmp_path):
        assert path.exists()


def test_results_are_evaluated_by_coco(tmp_path):
    """Who is predicted is annotated: the average precision is 1."""
    pictures = [prediction('x/000000000139.jpg'), prediction('b.jpg', 1), prediction('c.jpg', 0)]
    results, listed = write('coco', tmp_path, *pictures)
    images = json.loads(listed.read_text())['images']
    assert [image['id'] for image in images] == [139, 2, 3]
    assert images[1] == dict(id=2, file_name='b.jpg', width=64, height=48, frame_id=None)
    first, second = np.pad(fakes.PEOPLE, ((0, 0), (0, 0), (0, 1)), constant_values=2)
    truth = [
        dict(
            id=n, image_id=image, category_id=1, iscrowd=0, area=400, bbox=[0, 0, 20, 20],
            num_keypoints=3, keypoints=person.ravel().tolist(),
        )
        for n, image, person in ((1, 139, first), (2, 139, second), (3, 2, first))
    ]  # fmt: skip
    coco = COCO(dict(images=images, annotations=truth, categories=[dict(id=1, name='person')]))
    found = coco.loadRes(str(results))
    assert len(found.anns) == 3
    evaluation = COCOeval_faster(coco, found, 'keypoints', kpt_oks_sigmas=np.full(3, 0.1))
    evaluation.run()
    assert evaluation.stats[0] == pytest.approx(1)


def test_numbers_of_images_are_different(tmp_path):
    names = ['5.jpg', 'a.jpg', '2.jpg', 'x/5.jpg', '0.jpg', '12a.jpg']
    _, listed = write('coco', tmp_path, *map(prediction, names), frame(7, '9.mp4'))
    images = json.loads(listed.read_text())['images']
    assert [image['id'] for image in images] == [5, 3, 2, 4, 0, 6, 7]
    assert images[-1]['frame_id'] == 7


@pytest.mark.parametrize('name', ['1' * 16 + '.jpg', '9' * 5000 + '.jpg', '\u0663.jpg', '-1.jpg'])
def test_names_that_are_no_usual_numbers_are_names(tmp_path, name):
    _, listed = write('coco', tmp_path, prediction(name))
    (image,) = json.loads(listed.read_text())['images']
    assert (image['id'], image['file_name']) == (1, name)


def test_names_that_are_numbers_keep_them_whatever_comes_first(tmp_path):
    names = ['a.jpg', 'b.jpg', '1.jpg', '2.jpg', 'c.jpg']
    results, listed = write('coco', tmp_path, *map(prediction, names))
    numbers = [image['id'] for image in json.loads(listed.read_text())['images']]
    assert numbers == [3, 4, 1, 2, 5]
    people = json.loads(results.read_text())
    assert [person['image_id'] for person in people] == [3, 3, 4, 4, 1, 1, 2, 2, 5, 5]


def test_csv_has_the_rows_of_predictions(tmp_path):
    name = os.fsdecode(b'a, "b"\xe9.jpg')
    known = frame(3, ids=np.array([8, -1]))
    (path,) = write('csv', tmp_path, prediction(name), prediction(count=0), known)
    with path.open(newline='', encoding='utf-8', errors='surrogateescape') as file:
        rows = list(csv.DictReader(file))
    expected = [*prediction(name).to_rows(), *known.to_rows()]
    text = [{k: '' if v is None else str(v) for k, v in row.items()} for row in expected]
    assert rows == text
    assert tuple(rows[0]) == ROW


def test_json_as_mmpose_writes_it(tmp_path):
    video = Video('a.mp4', 10)
    frames = [replace(each, video=video) for each in (frame(0), frame(1, ids=np.array([4, 5])))]
    paths = write('mmpose', tmp_path, prediction('x/a.jpg'), *frames, prediction('y/a.jpg', 0))
    assert [path.name for path in paths] == ['a.json', 'a-2.json', 'a-3.json']
    people, film, nobody = (json.loads(path.read_text()) for path in paths)
    first = people[0]
    np.testing.assert_array_equal(first['keypoints'], fakes.PEOPLE[0])
    assert first['keypoint_scores'] == pytest.approx(KEYPOINT_SCORES[0].tolist())
    assert first['bbox'] == [[8, 10, 20, 30]]
    assert first['bbox_score'] == 0.75
    assert people[1]['keypoints_filled'] == FILLED[1].tolist()
    assert [each['frame_id'] for each in film] == [0, 1]
    assert [person['track_id'] for person in film[1]['instances']] == [4, 5]
    assert nobody == []


def test_a_video_that_comes_twice_is_two_files(tmp_path):
    paths = write('mmpose', tmp_path, frame(0), frame(0))
    assert [len(json.loads(path.read_text())) for path in paths] == [1, 1]


def test_those_that_go_on_say_what_is_there():
    able = (name for name, place in OUTPUTS.items() if hasattr(load(*place), 'entries'))
    assert tuple(able) == RESUMABLE


def load(module, name):
    """The class of an output."""
    return getattr(import_module(f'mmpose_ae.prediction.outputs{module}'), name)
