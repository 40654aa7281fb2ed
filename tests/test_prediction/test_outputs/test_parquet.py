"""Tables of people."""

import json
import sys

import numpy as np
import pytest

from mmpose_ae.grouping import Poses
from mmpose_ae.prediction import Prediction, Video
from mmpose_ae.prediction.outputs import Header, open_outputs, parquet

HEADER = Header('model', ('left', 'right'), ((0, 1),), 0.2, 0.3)


def prediction(people, path='a.jpg', **more):
    """People whose numbers can be told from their positions."""
    points = np.arange(4 * people, dtype=np.float32).reshape(people, 2, 2)
    scores = np.linspace(0.9, 0.3, people).astype(np.float32)
    filled = np.zeros((people, 2), bool)
    filled[:, 1] = True
    poses = Poses(points, np.full((people, 2), 0.5, np.float32), scores, filled=filled)
    return Prediction(poses, (64, 48), HEADER.keypoint_names, path=path, **more)


@pytest.fixture
def arrow():
    return pytest.importorskip('pyarrow.parquet')


def test_rows_have_what_json_has(arrow, tmp_path):
    (output,) = open_outputs(['parquet'], tmp_path, HEADER)
    found = [
        prediction(2, ids=np.array([7, -1])),
        prediction(0),
        prediction(1, 'v.mp4', frame=3, video=Video('v.mp4', 25.0)),
    ]
    for each in found:
        output.write(each)
    output.fail('b.jpg', None, 'broken')
    (folder,) = output.close()
    table = arrow.read_table(folder)
    assert json.loads(table.schema.metadata[b'mmpose_ae'])['keypoints'] == ['left', 'right']
    *rows, failed = table.to_pylist()
    assert failed == dict.fromkeys(failed, None) | dict(path='b.jpg', people=[], error='broken')
    for row, each in zip(rows, found):
        expected = each.to_dict()
        assert row.pop('error') is None
        people, wanted = row.pop('people'), expected.pop('people')
        assert row == expected
        for person, other in zip(people, wanted, strict=True):
            points = [list(point.values()) for point in person.pop('keypoints')]
            np.testing.assert_allclose(points, other.pop('keypoints'), atol=1e-6)
            assert person.pop('box') == other.pop('box')
            assert person == pytest.approx(other)


def test_parts_are_bounded_and_whole_while_more_is_written(arrow, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, 'LARGEST', 7)
    (output,) = open_outputs(['parquet'], tmp_path, HEADER)
    folder = tmp_path / 'people.parquet'
    for count in range(10):
        output.write(prediction(2, f'{count}.jpg'))
        parts = sorted(folder.iterdir())
        assert len(parts) == (count + 1) // 3  # three pictures with two people each are nine
        if parts:
            paths = arrow.read_table(folder)['path'].to_pylist()
            assert paths == [f'{n}.jpg' for n in range(3 * len(parts))]
    output.close()
    assert arrow.read_table(folder)['path'].to_pylist() == [f'{n}.jpg' for n in range(10)]


def test_slow_runs_write_a_part_now_and_then(arrow, tmp_path, monkeypatch):
    clock = iter([0, 59, 61, 61, 100, 122, 122])  # seconds
    monkeypatch.setattr(parquet.time, 'monotonic', lambda: next(clock))
    (output,) = open_outputs(['parquet'], tmp_path, HEADER)
    parts = []
    for _ in range(4):
        output.write(prediction(1))
        parts.append(len(list((tmp_path / 'people.parquet').iterdir())))
    assert parts == [0, 1, 1, 2]


def test_a_new_run_has_none_of_the_old_parts(arrow, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, 'LARGEST', 1)
    for count in (3, 1, 0):
        (output,) = open_outputs(['parquet'], tmp_path, HEADER)
        for _ in range(count):
            output.write(prediction(1))
        output.close()
        assert len(arrow.read_table(tmp_path / 'people.parquet')) == count


def test_a_part_that_is_broken_is_named(arrow, tmp_path):
    folder = tmp_path / 'people.parquet'
    folder.mkdir()
    (folder / 'part-000000.parquet').write_bytes(b'PAR1 and no more')
    with pytest.raises(ValueError, match='part-000000.parquet cannot be read as Parquet'):
        list(parquet.PeopleParquet.entries(tmp_path))


def test_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    with pytest.raises(ImportError, match=r'pip install "mmpose_ae\[parquet\]"'):
        open_outputs(['parquet'], tmp_path, HEADER)
    assert not (tmp_path / 'people.parquet').exists()
