"""Runs that are interrupted, go on, share the work, or meet an earlier one."""

import json
import os

import cv2
import numpy as np
import pytest
from fake_predictor import FakePredictor, options

from mmpose_ae.commands import predict as command


@pytest.fixture(scope='module')
def sources(tmp_path_factory):
    """Pictures, one of them broken, a video between them and one at the end, each of 4 frames."""
    folder = tmp_path_factory.mktemp('sources')
    image = np.zeros((16, 16, 3), np.uint8)
    for name in ('a.png', 'b.png', 'd.png', 'e.png'):
        cv2.imwrite(str(folder / name), image)
    (folder / 'b2.png').write_bytes(b'broken')
    for name in ('c.mp4', 'f.mp4'):
        video = cv2.VideoWriter(str(folder / name), cv2.VideoWriter_fourcc(*'mp4v'), 5, (16, 16))
        for _ in range(4):
            video.write(image)
        video.release()
    return folder


PICTURES = 12  # with the frames


@pytest.fixture
def predict(monkeypatch, sources, tmp_path):
    """Predict with a fake; gives the exit status."""

    def run(*save, interrupt=None, weights='w', source=sources, **given):
        fake = FakePredictor(interrupt, weights)
        monkeypatch.setattr(command, 'build_predictor', lambda args: fake)
        monkeypatch.chdir(tmp_path)
        return command.predict(options(source, save=list(save), **given))

    return run


def lines(folder):
    """The entries of a file, without what describes the run."""
    return [json.loads(line) for line in (folder / 'people.jsonl').read_text().splitlines()[1:]]


def table(folder):
    """The rows of a table."""
    parquet = pytest.importorskip('pyarrow.parquet')
    return parquet.read_table(folder / 'people.parquet').to_pylist()


READ = dict(jsonl=lines, parquet=table)


def failures(entries):
    return [entry['path'] for entry in entries if entry.get('error')]


@pytest.mark.parametrize('kind', READ)
@pytest.mark.parametrize('interrupt', [0, 1, 4, 7, 10, PICTURES])
def test_an_interrupted_run_goes_on_where_it_was(predict, tmp_path, kind, interrupt):
    if kind == 'parquet':
        pytest.importorskip('pyarrow')
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    assert predict(kind, out=whole) == 1  # one is broken
    stopped = predict(kind, out=parts, interrupt=interrupt)
    assert stopped == (1 if interrupt == PICTURES else 130)
    assert predict(kind, out=parts, resume=True) == 1
    by_name = lambda entry: (entry['path'], entry['frame'] or 0)  # noqa: E731
    assert sorted(READ[kind](parts), key=by_name) == sorted(READ[kind](whole), key=by_name)
    assert len(failures(READ[kind](parts))) == 1
    assert json.loads((parts / 'run.json').read_text())['finished']


def test_nothing_is_done_twice(predict, sources, tmp_path, capsys):
    predict('jsonl', out=tmp_path / 'o', interrupt=4)  # in the first video
    capsys.readouterr()
    predict('jsonl', out=tmp_path / 'o', resume=True)
    assert '2 pictures or videos were done before' in capsys.readouterr().out
    before = (tmp_path / 'o' / 'people.jsonl').read_text()
    predict('jsonl', out=tmp_path / 'o', resume=True)
    out = capsys.readouterr().out
    assert '6 pictures or videos were done before' in out and '0 pictures, 1 not read' in out
    broken = [line for line in before.splitlines() if 'error' in line]
    after = (tmp_path / 'o' / 'people.jsonl').read_text().splitlines()
    assert after == [line for line in before.splitlines() if line not in broken] + broken


def test_a_picture_that_can_be_read_now_takes_the_place_of_its_failure(predict, tmp_path):
    folder = tmp_path / 'some'
    folder.mkdir()
    (folder / 'a.png').write_bytes(b'broken')
    assert predict('jsonl', source=folder, out=tmp_path / 'o') == 1
    cv2.imwrite(str(folder / 'a.png'), np.zeros((9, 9, 3), np.uint8))
    assert predict('jsonl', source=folder, out=tmp_path / 'o', resume=True) == 0
    (entry,) = lines(tmp_path / 'o')
    assert entry['path'].endswith('a.png') and 'error' not in entry


def test_a_video_that_is_cut_off_is_not_done(predict, sources, tmp_path, monkeypatch):
    out, video = tmp_path / 'o', sources / 'c.mp4'
    with monkeypatch.context() as patch:
        patch.setattr('mmpose_ae.prediction.sources.int', lambda count: 9, raising=False)
        assert predict('jsonl', source=video, out=out) == 1
    assert [entry['frame'] for entry in lines(out)] == [0, 1, 2, 3, 4]
    assert len(failures(lines(out))) == 1
    assert predict('jsonl', source=video, out=out, resume=True) == 0  # whole now
    assert [entry['frame'] for entry in lines(out)] == [0, 1, 2, 3] and not failures(lines(out))


@pytest.mark.parametrize('cut', [1, 150, 900, 2500])
def test_a_file_that_was_cut_off_anywhere_goes_on(predict, tmp_path, cut):
    predict('jsonl', out=tmp_path / 'whole')
    out = tmp_path / 'o'
    predict('jsonl', out=out, interrupt=PICTURES - 1)
    content = (out / 'people.jsonl').read_bytes()
    assert cut < len(content)
    (out / 'people.jsonl').write_bytes(content[:-cut])
    predict('jsonl', out=out, resume=True)
    key = json.dumps
    assert sorted(map(key, lines(out))) == sorted(map(key, lines(tmp_path / 'whole')))


def test_a_name_that_is_given_twice_is_there_twice(predict, sources, tmp_path):
    names = tmp_path / 'names.txt'
    names.write_text(f'{sources / "a.png"}\n' * 2 + f'{sources / "c.mp4"}\n' * 2)
    for interrupt in (1, 5, 7, 10):
        predict('jsonl', source=names, out=tmp_path / 'o', interrupt=interrupt, overwrite=True)
        assert predict('jsonl', source=names, out=tmp_path / 'o', resume=True) == 0
        assert [entry['frame'] for entry in lines(tmp_path / 'o')] == [
            None, None, 0, 1, 2, 3, 0, 1, 2, 3,
        ]  # fmt: skip


@pytest.mark.parametrize('kind', READ)
def test_names_in_no_encoding_are_done_once(predict, tmp_path, kind):
    if kind == 'parquet':
        pytest.importorskip('pyarrow')
    folder = tmp_path / 'some'
    folder.mkdir()
    for name in (b'\xff.png', b'\xfe.png'):  # the second one is broken
        (folder / os.fsdecode(name)).write_bytes(name)
    cv2.imwrite(str(folder / 'a.png'), np.zeros((9, 9, 3), np.uint8))
    (folder / 'a.png').rename(folder / os.fsdecode(b'\xff.png'))
    for _ in range(2):
        assert predict(kind, source=folder, out=tmp_path / 'o', resume=True) == 1
        assert (
            len(READ[kind](tmp_path / 'o')) == 2 and len(failures(READ[kind](tmp_path / 'o'))) == 1
        )


def test_two_files_go_on_from_what_both_have(predict, tmp_path):
    """A table is written in parts, so that less of it may be there."""
    pytest.importorskip('pyarrow')
    out = tmp_path / 'o'
    predict('jsonl', 'parquet', out=out, interrupt=7)
    (part,) = (out / 'people.parquet').iterdir()
    part.unlink()
    predict('jsonl', 'parquet', out=out, resume=True)
    paths = [[(row['path'], row['frame']) for row in read(out)] for read in READ.values()]
    assert paths[0] == paths[1] and len(set(paths[0])) == PICTURES + 1


def test_streams_are_not_begun_again(tmp_path):
    from mmpose_ae.prediction.outputs.progress import Done, Entry, list_done

    entries = [Entry('webcam:0', n, False) for n in range(3)]
    assert list_done(entries, finished=False) == [Done('webcam:0', 3, True)]
    entries = [Entry('a.mp4', n, False) for n in range(3)]
    assert list_done(entries, finished=False) == [Done('a.mp4', 3, False)]
    assert list_done(entries, finished=True) == [Done('a.mp4', 3, True)]
    assert list_done([], finished=False) == []


def test_another_model_or_other_settings_cannot_go_on(predict, tmp_path, capsys):
    out = tmp_path / 'o'
    predict('jsonl', out=out, interrupt=3, max_people=5)
    before = (out / 'people.jsonl').read_bytes()
    assert predict('jsonl', out=out, resume=True, max_people=5, weights='others') == 1
    assert "weights was 'w', now 'others'" in capsys.readouterr().err
    assert predict('jsonl', out=out, resume=True, max_people=6) == 1
    assert 'run.json is of a run with other settings' in (err := capsys.readouterr().err)
    assert 'max_people was 5, now 6' in err and 'weights' not in err
    assert (out / 'people.jsonl').read_bytes() == before
    assert predict('jsonl', out=out, resume=True, max_people=5, kpt_thr=0.9) == 1  # of drawing
    assert len(lines(out)) == PICTURES + 1


def test_a_record_that_is_none(predict, tmp_path, capsys):
    (tmp_path / 'o').mkdir()
    (tmp_path / 'o' / 'run.json').write_text('{"finished": true}')
    assert predict('jsonl', out=tmp_path / 'o', resume=True) == 1
    assert 'run.json is not the record of a run' in capsys.readouterr().err


def test_a_file_with_something_else_in_it_is_named(predict, tmp_path, capsys):
    predict('jsonl', out=tmp_path / 'o')
    with (tmp_path / 'o' / 'people.jsonl').open('a') as file:
        file.write('{"path": 3}\n')
    assert predict('jsonl', out=tmp_path / 'o', resume=True) == 1
    assert f'people.jsonl, line {PICTURES + 3}: no picture' in capsys.readouterr().err


def test_outputs_that_cannot_go_on_say_so_before_anything_is_written(predict, tmp_path, capsys):
    assert predict('jsonl', 'csv', 'pictures', out=tmp_path / 'o', resume=True) == 1
    assert 'csv, pictures cannot go on' in (err := capsys.readouterr().err)
    assert 'jsonl, parquet can' in err
    assert not (tmp_path / 'o').exists()


def test_an_earlier_run_is_not_written_over_silently(predict, sources, tmp_path, capsys):
    out = tmp_path / 'o'
    predict('jsonl', out=out)
    before = (out / 'people.jsonl').read_bytes()
    assert predict('jsonl', out=out) == 1
    err = capsys.readouterr().err
    assert all(part in err for part in (str(out), '--resume', '--overwrite', '--out'))
    assert (out / 'people.jsonl').read_bytes() == before
    assert predict('jsonl', out=out, source=sources / 'a.png', overwrite=True) == 0
    assert len(lines(out)) == 1


def test_runs_without_a_folder_get_one_of_their_own(predict, sources, tmp_path):
    for _ in range(2):
        predict('jsonl', source=sources / 'a.png')
    predict('jsonl', interrupt=2)
    folders = ['predictions', 'predictions-2', 'predictions-3']
    assert sorted(path.name for path in tmp_path.iterdir()) == folders
    predict('jsonl', resume=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == folders
    assert [len(lines(tmp_path / name)) for name in folders] == [1, 1, PICTURES + 1]


def test_resuming_begins_where_there_is_nothing(predict, tmp_path):
    assert predict('jsonl', out=tmp_path / 'o', resume=True) == 1
    assert len(lines(tmp_path / 'o')) == PICTURES + 1


def test_the_parts_of_a_job_are_the_whole(predict, tmp_path):
    predict('jsonl', out=tmp_path / 'whole')
    out = tmp_path / 'o'
    for number in range(1, 9):  # the last one has nothing to do
        predict('jsonl', out=out, shard=f'{number}/8', interrupt=1)
        predict('jsonl', out=out, shard=f'{number}/8', resume=True)
    folders = sorted(out.iterdir())
    assert [folder.name for folder in folders] == [f'shard-{n:05}-of-00008' for n in range(1, 9)]
    parts = [lines(folder) for folder in folders]
    assert parts[-1] == []
    key = json.dumps
    assert sorted(map(key, sum(parts, []))) == sorted(map(key, lines(tmp_path / 'whole')))


def test_what_is_no_part_of_a_job(predict, tmp_path, capsys):
    assert predict('jsonl', out=tmp_path / 'o', shard='9/8') == 1
    assert "a shard is I/N, from 1/N to N/N, got '9/8'" in capsys.readouterr().err
    assert not (tmp_path / 'o').exists()
