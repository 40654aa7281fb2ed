"""``mmpose-ae predict`` from sources to files, and how it ends."""

import io
import json
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.logging import MMLogger
from tqdm import TMonitor

from mmpose_ae.prediction.outputs.csv import Csv
from mmpose_ae.prediction.predictor import Predictor
from mmpose_ae_cli import main

BLANK = np.zeros((64, 64, 3), np.uint8)


@pytest.fixture
def predict(perfect_model, tmp_path, monkeypatch):
    """Run the command, in a folder of its own, with a model that finds two people everywhere."""
    monkeypatch.chdir(tmp_path)
    before = set(threading.enumerate())

    def run(*arguments):
        model = ['--config', str(perfect_model.config), '--checkpoint']
        return main(['predict', *map(str, arguments), *model, str(perfect_model.checkpoint)])

    yield run
    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if not isinstance(thread, TMonitor)] == []


@pytest.fixture
def folder(tmp_path):
    """Two pictures, with a broken file between them."""
    folder = tmp_path / 'in'
    folder.mkdir()
    for name in ('a.png', 'c.png'):
        cv2.imwrite(str(folder / name), BLANK)
    (folder / 'b.png').write_bytes(b'no picture')
    return folder


def write_video(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'mp4v'), 20, (64, 64))
    for _ in range(frames):
        writer.write(BLANK)
    writer.release()


def count_frames(path):
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    return count


def images_of(path='predictions/people.json'):
    return json.loads(Path(path).read_text())['images']


def test_a_folder_with_a_broken_file(predict, folder, capsys):
    assert predict(folder) == 1
    out, err = capsys.readouterr()
    assert 'b.png is damaged, or of a format that is not read' in err
    first, broken, third = images_of()
    assert [len(first['people']), len(third['people'])] == [2, 2]
    assert 'b.png is damaged' in broken['error']
    assert sorted(path.name for path in Path('predictions/pictures').iterdir()) == [
        'a.jpg', 'c.jpg',
    ]  # fmt: skip
    assert '4 people in 2 pictures, 1 not read' in out


def test_a_window_is_made_and_written_to_in_one_thread(predict, folder, monkeypatch):
    """Toolkits of windows ask for that; other outputs are written beside the network."""
    threads = []

    def note(*args):
        threads.append(threading.current_thread())
        return 1

    for name in ('namedWindow', 'imshow', 'waitKey', 'getWindowProperty', 'destroyAllWindows'):
        monkeypatch.setattr(cv2, name, note)
    assert predict(folder, '--save', 'json', '--show') == 1
    assert {*threads} == {threading.main_thread()}
    assert len(images_of()) == 3


def test_only_the_lines_of_the_command_are_seen(predict, folder, capfd):
    (folder / 'b.png').unlink()
    level = MMLogger.get_current_instance().level
    assert predict(folder, '--score-thr', 0.2) == 0
    out, err = capfd.readouterr()
    people, times, *written = out.splitlines()
    assert people.startswith('4 people in 2 pictures, ')
    assert all(f'{part} ' in times for part in ('reading', 'network', 'decoding', 'drawing'))
    assert written == ['written: predictions', 'written: predictions/pictures']
    assert err == ''
    assert MMLogger.get_current_instance().level == level  # Python users see what they saw


def test_warnings_are_lines(predict, tmp_path, monkeypatch, capsys):
    write_video(tmp_path / 'v.mp4', 2)
    monkeypatch.setattr('mmpose_ae.prediction.sources.int', lambda count: 3, raising=False)
    assert predict('v.mp4') == 0
    assert capsys.readouterr().err == 'warning: v.mp4 ends after 2 of 3 frames\n'


def test_a_video_that_is_cut_off_fails_after_its_frames(predict, tmp_path, monkeypatch, capsys):
    write_video(tmp_path / 'v.mp4', 2)
    monkeypatch.setattr('mmpose_ae.prediction.sources.int', lambda count: 9, raising=False)
    assert predict('v.mp4') == 1
    assert 'not read: v.mp4 ends after 2 of 9 frames' in capsys.readouterr().err
    assert [image['frame'] for image in images_of()] == [0, 1, 2]
    assert 'cut off' in images_of()[-1]['error']
    assert count_frames('predictions/videos/v.mp4') == 2


def test_sources_of_all_kinds_in_one_run(predict, folder, tmp_path, monkeypatch):
    write_video(tmp_path / 'v.mp4', 3)
    (tmp_path / 'list.txt').write_text('in/a.png\n')
    (tmp_path / 'out').mkdir()
    monkeypatch.setattr('sys.stdin', io.StringIO('in/a.png\n'))
    sources = ['in/a.png', 'in/*.png', 'list.txt', '-', 'v.mp4', 'v.mp4', 'absent.jpg']
    names = ['pictures', 'json', 'jsonl', 'coco', 'csv', 'mmpose']
    assert predict(*sources, '--batch-size', 4, '--save', *names, '--out', 'out') == 1
    images = images_of('out/people.json')
    assert len(images) == 1 + 3 + 1 + 1 + 3 + 3 + 1
    assert [image['path'] for image in images if 'error' in image] == ['in/b.png', 'absent.jpg']
    assert [image['frame'] for image in images][6:12] == [0, 1, 2, 0, 1, 2]
    assert [count_frames(path) for path in sorted(Path('out/videos').iterdir())] == [3, 3]
    lines = Path('out/people.jsonl').read_text().splitlines()
    assert [json.loads(line) for line in lines[1:]] == images
    assert len(json.loads(Path('out/coco_results.json').read_text())) == 2 * 11
    assert len(Path('out/people.csv').read_text().splitlines()) == 1 + 2 * 11 * 17
    assert len(list(Path('out/mmpose').iterdir())) == 5 + 2


def test_options_reach_the_predictor(predict, folder, monkeypatch):
    built = []
    build = lambda *args, **kwargs: built.append(kwargs) or 1 / 0  # noqa: E731
    monkeypatch.setattr('mmpose_ae.prediction.predictor.Predictor', build)
    options = (
        '--device cpu --batch-size 3 --amp --compile --channels-last --flip --scales 0.5 2 '
        '--score-thr 0.4 --max-people 7 --region 1 2 3 4 --track --smooth '
        '--cfg-options model.a=1 b=[2,3]'
    )
    with pytest.raises(ZeroDivisionError):
        predict(folder, *options.split())
    assert built == [
        dict(
            device='cpu', batch_size=3, amp=True, compile=True, channels_last=True,
            flip=True, scales=[0.5, 2.0], score_threshold=0.4, max_people=7, region=[1, 2, 3, 4],
            track=True, smooth=True, cfg_options={'model.a': 1, 'b': [2, 3]},
        )
    ]  # fmt: skip
    built.clear()
    with pytest.raises(ZeroDivisionError):
        predict(folder, '--no-flip', '--track', '--track-colors')
    assert built[0]['flip'] is False and built[0]['track'] == dict(colors={})
    assert built[0]['score_threshold'] is None


@pytest.mark.parametrize('arguments, reason', [
    (['a.png', '--model', 'no_such_model'], 'there is no model no_such_model'),
    (['a.png', '--config', 'c.py'], '--config needs a --checkpoint'),
    (['a.png', '--config', 'c.py', '--model', 'm', '--checkpoint', 'c.pth'], '--model names a con'),
    (['a.png', '--checkpoint', 'c.pth'], 'c.pth needs the --config'),
    (['a.png', '--config', 'absent.py', '--checkpoint', 'c.pth'], 'absent.py'),
    (['a.png'], 'no run with a checkpoint below'),
    (['a.png', '--save', 'xml'], "must be one of ['pictures'"),
    (['a.png', '--device', 'toaster'], 'the device toaster cannot be used'),
    (['a.png', '--track-colors'], '--track-colors is of people who are tracked: it needs --track'),
    (['a.png', '--smooth'], 'smooth is of people who are tracked: it needs track, too'),
    (['a.png', '--config', 'c.py', '--checkpoint', 'c.pth', '--cfg-options', 'model.a=1', 'b'],
     'argument --cfg-options: expected KEY=VALUE, got b'),
])  # fmt: skip
def test_mistakes_are_said_in_a_line(arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(['predict', *arguments]) == 1
    out, err = capsys.readouterr()
    assert err.startswith('error: ')
    assert reason in err
    assert out == ''
    assert not Path('predictions').exists()


def test_an_unknown_option_of_a_part_is_said_in_a_line(predict, capsys):
    assert predict('a.png', '--cfg-options', 'model.head.decoder.treshold=1') == 1
    assert capsys.readouterr().err.startswith('error: AEDecoder has no option treshold')


@pytest.mark.parametrize('score', ['nan', 'inf'])
def test_a_score_that_everybody_or_nobody_has_is_refused(predict, score, capsys):
    assert predict('a.png', '--score-thr', score) == 1
    assert f'the least score of a person must be a number, got {score}' in capsys.readouterr().err


@pytest.mark.parametrize('score, kept', [(-0.5, 2), (30, 0)])
def test_a_score_that_nobody_can_miss_or_reach_is_warned_of(predict, folder, score, kept, capsys):
    assert predict(folder / 'a.png', '--score-thr', score) == 0
    out, err = capsys.readouterr()
    assert err == f'warning: --score-thr is {score:g}, but scores are about 0 to 1\n'
    assert out.startswith(f'{kept} people in 1 picture')
    below = '2 people have a score below 30: --score-thr takes a lower one'
    assert (below in out.splitlines()) == (kept == 0)


def test_a_folder_that_cannot_be_is_refused_before_the_model_is_loaded(tmp_path, capsys):
    (tmp_path / 'file').touch()
    out = str(tmp_path / 'file/below')
    assert main(['predict', 'a.png', '--model', 'no_such_model', '--out', out]) == 1
    said = f'error: {out} cannot be a folder of outputs: {tmp_path / "file"} is a file\n'
    assert capsys.readouterr().err == said


def test_an_output_that_cannot_start_leaves_nothing(predict, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    assert predict('a.png', '--save', 'json', 'parquet') == 1
    assert 'parquet needs pyarrow' in capsys.readouterr().err
    assert list(tmp_path.glob('predictions*')) == []


def test_one_picture_is_no_pictures(predict, folder, capsys):
    assert predict(folder / 'a.png') == 0
    assert capsys.readouterr().out.splitlines()[-4].startswith('2 people in 1 picture, ')


def test_the_newest_run_is_taken_without_a_model(
    perfect_model, folder, monkeypatch, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / 'work_dirs/mine'
    run.mkdir(parents=True)
    (run / 'mine.py').write_text(perfect_model.config.read_text())
    (run / 'epoch_3.pth').write_bytes(perfect_model.checkpoint.read_bytes())
    assert main(['predict', str(folder / 'a.png')]) == 0
    out = capsys.readouterr().out
    assert 'the newest run is work_dirs/mine: epoch_3.pth' in out
    assert 'score from 0.2 on are kept: no threshold was chosen' in out
    assert '\n--score-thr sets another score' in out
    about = json.loads(Path('predictions/people.json').read_text())
    assert (about['model'], about['score_threshold']) == ('mine', 0.2)


def interrupt_after(pictures, monkeypatch, error):
    """Let the network fail on the picture after so many."""
    seen, predict = [], Predictor._predict

    def interrupted(self, batch):
        seen.extend(batch)
        if len(seen) > pictures:
            raise error
        return predict(self, batch)

    monkeypatch.setattr(Predictor, '_predict', interrupted)


def test_ctrl_c_leaves_what_was_done(predict, tmp_path, monkeypatch, capsys):
    write_video(tmp_path / 'v.mp4', 9)
    interrupt_after(4, monkeypatch, KeyboardInterrupt())
    assert predict('v.mp4', '--save', 'pictures', 'json', 'coco', 'csv', 'mmpose') == 130
    assert 'people in 4 pictures' in capsys.readouterr().out
    assert count_frames('predictions/videos/v.mp4') == 4
    assert [image['frame'] for image in images_of()] == [0, 1, 2, 3]
    assert len(json.loads(Path('predictions/coco_results.json').read_text())) == 8
    assert len(json.loads(Path('predictions/mmpose/v.json').read_text())) == 4


def test_an_error_of_the_network_leaves_what_was_done(predict, folder, monkeypatch):
    interrupt_after(1, monkeypatch, RuntimeError('out of memory'))
    with pytest.raises(RuntimeError, match='out of memory'):
        predict(folder)
    assert len(images_of()) == 2  # one of them broken


@pytest.mark.parametrize('method', ['write', 'close'])
def test_a_full_disk_is_said_and_other_files_are_whole(
    predict, folder, monkeypatch, capsys, method
):
    def full(*args):
        raise OSError(28, 'No space left on device', 'people.csv')

    monkeypatch.setattr(Csv, method, full)
    assert predict(folder, '--save', 'csv', 'json') == 1
    assert "error: [Errno 28] No space left on device: 'people.csv'" in capsys.readouterr().err
    assert isinstance(images_of(), list)
