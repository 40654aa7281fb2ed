"""The command and the predictor with an exported file, also where there is no torch."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from exported_files import CELLS, NAMES, SCORES, said, write_file
from test_light_core import MISSING, hide

from mmpose_ae.runtime import RuntimePredictor
from mmpose_ae_cli import main

WHITE = np.full((64, 64, 3), 255, np.uint8)
HEAVY = {*MISSING, 'matplotlib'}
OUTPUTS = ['pictures', 'json', 'jsonl', 'coco', 'csv', 'mmpose']


@pytest.fixture
def file(tmp_path):
    return write_file(tmp_path / 'a.onnx')


def write_sources(folder):
    """A picture, a broken file and a video of three frames that get darker."""
    folder.mkdir()
    cv2.imwrite(str(folder / 'a.png'), WHITE)
    (folder / 'b.png').write_bytes(b'no picture')
    writer = cv2.VideoWriter(str(folder / 'v.mp4'), cv2.VideoWriter_fourcc(*'mp4v'), 8, (64, 64))
    for level in (255, 230, 205):
        writer.write(np.full_like(WHITE, level))
    writer.release()
    return folder


def run_without(modules, arguments, folder):
    """Run the command in a Python that does not find these modules."""
    given = list(map(str, arguments))
    code = f'import sys\nfrom mmpose_ae_cli import main\nsys.exit(main({given}))'
    command = [sys.executable, '-c', f'{hide(modules)}\n{code}']
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def count_frames(path):
    capture = cv2.VideoCapture(str(path))
    return sum(1 for _ in iter(lambda: capture.read()[0], False))


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino'])
def test_people_of_pictures_in_memory(file, backend):
    predictor = RuntimePredictor(file, backend, threads=1, batch_size=2, score_threshold=0)
    assert (predictor.name, predictor.keypoint_names) == ('fake', NAMES)
    found = list(predictor([WHITE, WHITE[:48, :32], WHITE // 2]))
    assert [each.size for each in found] == [(64, 64), (32, 48), (64, 64)]
    np.testing.assert_allclose(found[0].poses.keypoints, 4 * CELLS + 1.5, atol=1e-4)
    np.testing.assert_allclose(found[2].poses.keypoint_scores, SCORES * 127 / 255, rtol=1e-5)
    assert set(predictor.stopwatch.seconds) == {'reading', 'network', 'decoding'}


def test_the_threshold_is_the_one_given_that_of_the_file_or_said(file, tmp_path, capsys):
    """The people have 0.8 and 0.5."""
    unsaid = write_file(tmp_path / 'b.onnx', said(score_threshold=None))
    chosen = write_file(tmp_path / 'c.onnx', said(score_threshold=0.6))
    assert [len(each) for each in RuntimePredictor(chosen)(WHITE)] == [1]
    assert [len(each) for each in RuntimePredictor(chosen, score_threshold=0.4)(WHITE)] == [2]
    (said_once,) = capsys.readouterr().out.splitlines()  # nothing of one that is given
    assert said_once.startswith('people with a score from 0.6 on are kept, as was chosen on')
    assert RuntimePredictor(unsaid).score_threshold == 0.2
    assert 'score from 0.2 on are kept: no threshold was chosen' in capsys.readouterr().out


def test_files_are_told_from_one_another(file, tmp_path):
    same, other = write_file(tmp_path / 'b.onnx'), write_file(tmp_path / 'c.onnx', said(name='c'))
    first, second, third = (RuntimePredictor(path).fingerprint() for path in (file, same, other))
    assert first == second != third
    assert list(first) == ['weights']


def test_the_command_without_torch_and_mmpose(file, tmp_path):
    """All outputs of the command, of pictures and a video whose people are tracked."""
    write_sources(tmp_path / 'in')
    arguments = ['predict', 'in', '--model', file, '--save', *OUTPUTS, '--out', 'out', '--track']
    child = run_without({*HEAVY, 'scipy', 'PIL'}, arguments, tmp_path)
    assert child.returncode == 1, child.stderr  # for the broken file
    assert '8 people in 4 pictures, 1 not read' in child.stdout
    out = tmp_path / 'out'
    content = json.loads((out / 'people.json').read_text())
    assert (content['model'], content['keypoints']) == ('fake', list(NAMES))
    picture, broken, *frames = content['images']
    assert 'b.png is damaged' in broken['error']
    assert picture['people'][0]['keypoints'][0] == [9.5, 13.5, 0.9, 0]
    assert [[person['id'] for person in frame['people']] for frame in frames] == [[0, 1]] * 3
    lines = (out / 'people.jsonl').read_text().splitlines()
    assert [json.loads(line) for line in lines[1:]] == content['images']
    assert len(json.loads((out / 'coco_results.json').read_text())) == 8
    assert len((out / 'people.csv').read_text().splitlines()) == 1 + 8 * 3
    assert sorted(path.name for path in (out / 'mmpose').iterdir()) == ['a.json', 'v.json']
    drawn = cv2.imread(str(out / 'pictures/a.jpg'))
    assert drawn.shape == WHITE.shape and (drawn != 255).any()
    assert count_frames(out / 'videos/v.mp4') == 3


def test_where_mmpose_is_installed_the_command_leaves_it_out(file, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), WHITE)
    arguments = ['predict', 'a.png', '--model', str(file), '--save', 'json']
    code = f"""
import sys
from mmpose_ae_cli import main
status = main({arguments})
print(*sorted({set(MISSING)} & sys.modules.keys()), file=sys.stderr)
sys.exit(status)"""
    command = [sys.executable, '-c', code]
    child = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (child.returncode, child.stderr.strip()) == (0, '')
    assert (tmp_path / 'predictions/people.json').is_file()


@pytest.mark.parametrize('options, refused', [
    (['--flip'], '--flip'),
    (['--no-flip'], '--no-flip'),
    (['--scales', '0.5'], '--scales'),
    (['--compile', '--cfg-options', 'a=1'], '--cfg-options, --compile'),
    (['--channels-last'], '--channels-last'),
    (['--config', 'a.py', '--checkpoint', 'a.pth'], '--config, --checkpoint'),
])  # fmt: skip
def test_what_a_file_cannot_serve_is_refused(file, tmp_path, capsys, options, refused, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(['predict', 'a.png', '--model', 'a.onnx', *options]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f'error: a.onnx is an exported file, in which {refused} cannot be')
    assert not Path('predictions').exists()


@pytest.mark.parametrize('arguments, reason', [
    (['--model', 'absent.onnx'], 'absent.onnx'),
    (['--model', 'b.onnx'], 'b.onnx is not an ONNX file'),
    (['--model', 'a.onnx', '--backend', 'tvm'], 'backend must be one of'),
    (['--model', 'a.onnx', '--device', 'cuda'], 'the device cuda cannot be used'),
    (['--model', 'a.onnx', '--amp'], 'amp is of the backend openvino'),
    (['--backend', 'openvino'], '--backend are for an exported file: --model FILE.onnx'),
])  # fmt: skip
def test_mistakes_are_said_in_a_line(file, tmp_path, monkeypatch, capsys, arguments, reason):
    monkeypatch.chdir(tmp_path)
    Path('b.onnx').write_text('no model')
    assert main(['predict', 'a.png', *arguments]) == 1
    out, err = capsys.readouterr()
    assert err.startswith('error: ') and reason in err and out == ''
    assert not Path('predictions').exists()


def test_a_run_goes_on_with_the_same_file_alone(file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite('a.png', WHITE)
    run = ['predict', 'a.png', '--save', 'jsonl', '--out', 'out', '--resume', '--model', 'a.onnx']
    assert main(run) == 0
    assert main([*run, '--backend', 'openvino', '--threads', '1']) == 0
    assert '1 pictures or videos were done before' in capsys.readouterr().out
    write_file(file, said(name='another'))
    assert main(run) == 1
    error = capsys.readouterr().err
    assert 'other settings' in error and "model was 'fake', now 'another'" in error


def test_with_pillow_alone_pictures_are_read_and_text_is_written(file, tmp_path):
    write_sources(tmp_path / 'in')
    arguments = ['predict', 'in', '--model', file, '--out', 'out']
    child = run_without({*HEAVY, 'cv2'}, arguments, tmp_path)
    assert child.returncode == 1
    assert child.stderr == (
        'error: the output pictures needs OpenCV, which is not installed: '
        'pip install opencv-python-headless\n'
    )
    child = run_without({*HEAVY, 'cv2'}, [*arguments, '--save', 'json', 'csv'], tmp_path)
    picture, broken, video = json.loads((tmp_path / 'out/people.json').read_text())['images']
    assert picture['people'][0]['keypoints'][0] == [9.5, 13.5, 0.9, 0]
    assert 'b.png cannot be decoded' in broken['error']
    assert video['error'].startswith('reading videos needs OpenCV')


def test_where_nothing_reads_pictures_that_is_said_before_they_are_read(file, tmp_path):
    write_sources(tmp_path / 'in')
    arguments = ['predict', 'in', '--model', file, '--out', 'out', '--save', 'json']
    child = run_without({*HEAVY, 'cv2', 'PIL'}, arguments, tmp_path)
    assert (child.returncode, child.stdout) == (1, '')
    assert child.stderr == (
        'error: reading pictures needs OpenCV or Pillow: pip install opencv-python-headless\n'
    )
    assert not (tmp_path / 'out').exists()


def test_it_starts_fast():
    """It takes less than twice what numpy takes; OpenCV and the runtime wait for their use."""
    code = """
import sys, time
sys.modules['scipy'] = None
start = time.process_time()
import numpy
between = time.process_time()
import mmpose_ae.runtime
ours = time.process_time() - between
print(ours / (between - start), 'cv2' in sys.modules, 'onnxruntime' in sys.modules)"""
    command = [sys.executable, '-c', hide(HEAVY) + code]
    children = [subprocess.run(command, capture_output=True, text=True) for _ in range(3)]
    ratios, *loaded = zip(*(child.stdout.split() for child in children))
    assert min(map(float, ratios)) < 2, ratios
    assert loaded == [('False',) * 3] * 2
