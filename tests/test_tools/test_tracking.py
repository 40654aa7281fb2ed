"""The tools of tracking: measures of files, and the table of rules."""

import json
from argparse import Namespace
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmpose_ae.datasets.posetrack18 import read_posetrack, write_posetrack
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.grouping import Poses
from mmpose_ae.models.heads.predictions import to_instance_data
from mmpose_ae.pictures.track_tags_plot import plot_track_tags

pytest.importorskip('trackeval', reason='TrackEval is not installed')
pytest.importorskip('motmetrics', reason='py-motmetrics is not installed')


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Two videos; the predictions are the truth, but for one person who changes the id."""
    root = tmp_path_factory.mktemp('videos')
    generate(root, dict(val=2), Settings((128, 96), people=(2, 2), empty=0, unlabelled=0), frames=4)
    truth = root / 'annotations/val'
    for path in truth.glob('*.json'):
        sequence = read_posetrack(path)
        if path.name.startswith('000001'):
            last = sequence.frames[-1]
            sequence.frames[-1] = replace(
                last, track_ids=last.track_ids + 10 * (last.track_ids == 1)
            )
        write_posetrack(root / 'predicted' / path.name, sequence)
    return truth, root / 'predicted'


@pytest.fixture
def evaluate(load_tool, monkeypatch, tmp_path):
    def evaluate(*options):
        path = tmp_path / 'values.json'
        argv = ['evaluate_tracks.py', *map(str, options), '--json', str(path)]
        monkeypatch.setattr('sys.argv', argv)
        load_tool('analysis/evaluate_tracks').main()
        return json.loads(path.read_text())

    return evaluate


def test_folders_of_files(evaluate, videos, capsys):
    values = evaluate(*videos)
    assert values['IDSW'] == 1 and values['people'] == 16
    assert values['misses'] == values['false_positives'] == 0
    assert values['MOTA'] == pytest.approx(1 - 1 / 16)
    assert 80 < values['MOTA of joints'] < 100 and values['MOTA left_ear'] is None
    assert 'IDSW                   1\n' in capsys.readouterr().out


def test_a_file(evaluate, videos):
    truth, predicted = (folder / '000002_mpii_synth.json' for folder in videos)
    values = evaluate(truth, predicted)
    assert values['MOTA'] == values['IDF1'] == values['HOTA'] == 1
    assert values['MOTA of joints'] == 100


def test_what_cannot_be_measured(evaluate, videos, tmp_path):
    with pytest.raises(SystemExit, match=r'error: found no .*000001_mpii_synth.json'):
        evaluate(videos[0], tmp_path)
    with pytest.raises(SystemExit, match=r'error: found no \*.json in'):
        evaluate(tmp_path, tmp_path)
    other = tmp_path / '000002_mpii_synth.json'
    sequence = read_posetrack(videos[0] / other.name)
    write_posetrack(other, replace(sequence, keypoint_names=sequence.keypoint_names[::-1]))
    with pytest.raises(SystemExit, match='has not the 17 keypoints of PoseTrack18'):
        evaluate(videos[0] / other.name, other)


def test_the_table_of_rules(load_tool, monkeypatch, perfect_model, tmp_path, capsys):
    """On a network that sees the same two people everywhere: nobody is right, nobody changes."""
    path = tmp_path / 'rows.json'
    argv = ['tracking.py', perfect_model.config, perfect_model.checkpoint, '--videos', 1]
    argv += ['--frames', 2, '--hidden', 1, '--seeds', 0, 1, '--json', path]
    tool = load_tool('benchmark/tracking')
    for more in ([], ['--draw', tmp_path / 'frames.png']):
        monkeypatch.setattr('sys.argv', list(map(str, argv + more)))
        tool.main()
    rows = json.loads(path.read_text())
    assert [(row['rule'], row['seed']) for row in rows] == [
        (rule, seed) for seed in (0, 1) for rule in tool.RULES
    ]
    for row in rows:
        assert row['IDSW'] == 0 and row['false_positives'] == 6 and row['MOTA'] < 0
    assert cv2.imread(str(tmp_path / 'frames.png')).shape == (256, 6 * 256, 3)
    table = capsys.readouterr().out
    assert all(f'| {rule} | 0.0 ± 0.0 | 0.000 ± 0.000 |' in table for rule in tool.RULES)


def test_the_plot_of_tags(load_tool, monkeypatch, perfect_model, tmp_path):
    """Who is in the video is not who the network sees: no line, in a picture of two panels."""
    path = tmp_path / 'tags.png'
    model = [perfect_model.config, perfect_model.checkpoint]
    argv = ['draw_track_tags.py', *model, '--versus', *model, '--frames', 3, '--hidden', 1]
    monkeypatch.setattr('sys.argv', list(map(str, [*argv, '--out', path])))
    load_tool('analysis/draw_track_tags').main()
    assert cv2.imread(str(path)).shape == (280, 840, 3)


@pytest.fixture
def drawing_of_truth(load_tool, monkeypatch, perfect_model, tmp_path):
    """Run the plot of tags with a network that finds everybody who is annotated.

    A tag is ten times the number of the person, and the number of the frame in hundredths. Gives
    the video, the figure and the settings of the networks.
    """
    tool = load_tool('analysis/draw_track_tags')
    video, drawn, settings = [], [], []

    def see(model, image):
        settings.append(model.test_cfg['flip_test'])
        (number,) = [n for n, scene in enumerate(video) if scene.image is image]
        order = slice(None, None, -1)  # not the order of the annotations
        people = [a['keypoints'] for a in video[number].annotations][order]
        values = np.reshape(people, (-1, 17, 3)).astype(float)
        tags = 10.0 * np.array(list(video[number].figures))[order, None] + number / 100
        ones = np.ones(len(people))
        poses = Poses(values[..., :2], (values[..., 2] > 0) * 1.0, ones, tags)
        return [Namespace(pred_instances=to_instance_data(poses))]

    def make_video(args, make=tool.make_video):
        video.extend(make(args))
        return video

    def plot(*given):
        drawn.append(plot_track_tags(*given))
        return drawn[-1]

    for name, fake in (('inference_bottomup', see), ('make_video', make_video)):
        monkeypatch.setattr(tool, name, fake)
    monkeypatch.setattr(tool, 'plot_track_tags', plot)

    def run(*options):
        argv = [perfect_model.config, perfect_model.checkpoint, '--out', tmp_path / 'tags.png']
        monkeypatch.setattr('sys.argv', list(map(str, ['draw_track_tags.py', *argv, *options])))
        tool.main()
        return video, drawn[-1], settings

    return run


def test_each_person_has_a_line(drawing_of_truth):
    video, figure, _ = drawing_of_truth('--frames', 4, '--hidden', 2, '--people', 3, 3)
    (axes,) = figure.axes
    assert len(video) == 6 and len(axes.lines) == 3
    everybody = sorted({number for scene in video for number in scene.figures})
    for line, person in zip(axes.lines, everybody):
        there = [person in scene.figures for scene in video]
        expected = np.where(there, 10 * person + np.arange(6) / 100, np.nan)
        np.testing.assert_allclose(line.get_ydata(), expected)
        assert sum(there) >= 4


@pytest.mark.parametrize('flip', [True, False])
def test_settings_of_the_plot_are_of_all_networks(drawing_of_truth, perfect_model, flip):
    versus = ['--versus', perfect_model.config, perfect_model.checkpoint]
    option = ['--cfg-options', f'model.test_cfg.flip_test={flip}']
    _, figure, settings = drawing_of_truth('--frames', 2, '--hidden', 0, *versus, *option)
    assert len(figure.axes) == 2
    assert settings == 4 * [flip]
