"""Our JSON, as an object and by lines: whole at any moment that it is closed."""

import json

import numpy as np
import pytest
from some_people import NAMES, SKELETON, frame, prediction

from mmpose_ae.prediction.outputs import Header, open_outputs

HEADER = Header('small', NAMES, SKELETON, 0.2, 0.3)
ABOUT = dict(
    schema='mmpose_ae people 1',
    model='small',
    score_threshold=0.2,
    keypoints=['left', 'right', 'top'],
    skeleton=[[0, 2], [1, 2]],
)
WRITTEN = [
    [],
    [prediction(count=0)],
    [prediction(), prediction('b.jpg', 1)],
    [frame(0, ids=np.array([3, -1])), frame(1)],
    [prediction('"\\\udce9\u2028.jpg')],
]


def fails(output):
    output.fail('broken.jpg', None, 'it is "broken"')


FAILURE = dict(path='broken.jpg', frame=None, error='it is "broken"')


@pytest.mark.parametrize('written', WRITTEN)
def test_json_is_an_object_of_all_pictures(tmp_path, written):
    (output,) = open_outputs(['json'], tmp_path / 'new/folder', HEADER)
    fails(output)
    for each in written:
        output.write(each)
    (path,) = output.close()
    content = json.loads(path.read_text())
    images = content.pop('images')
    assert content == ABOUT
    assert images == [FAILURE, *(each.to_dict() for each in written)]


@pytest.mark.parametrize('written', WRITTEN)
def test_json_lines_are_whole_after_every_picture(tmp_path, written):
    (output,) = open_outputs(['jsonl'], tmp_path, HEADER)
    expected = [ABOUT]
    for each in written:
        output.write(each)
        expected.append(each.to_dict())
        lines = (tmp_path / 'people.jsonl').read_text().split('\n')
        assert lines.pop() == ''
        assert [json.loads(line) for line in lines] == expected
    fails(output)
    (path,) = output.close()
    assert json.loads(path.read_text().split('\n')[-2]) == FAILURE
