"""The benchmark of predicting a video, in small: its rows and its video."""

import json

import cv2
import numpy as np
import pytest


def test_rows(load_tool, monkeypatch, perfect_model, tmp_path):
    argv = ['predict', '--model', perfect_model.config, '--checkpoint', perfect_model.checkpoint]
    argv += ['--frames', 2, 3, '--repeats', 1, '--threads', 1, '--json', tmp_path / 'rows.json']
    monkeypatch.setattr('sys.argv', list(map(str, argv)))
    load_tool('benchmark/predict').main()
    times, *memory = json.loads((tmp_path / 'rows.json').read_text())
    assert times['frames'] == 2 and times['threads'] == 1
    assert times['ratio'] == pytest.approx(times['whole_ms'] / times['alone_ms'], abs=0.002)
    assert times['thread_ratio'] > 0 and times['beside_ms'] > 0
    assert [row['frames'] for row in memory] == [2, 3]
    assert all(row['peak_mb'] >= 0 for row in memory)


def test_the_camera_moves(load_tool, tmp_path):
    video = cv2.VideoCapture(
        str(load_tool('benchmark/predict').make_video(tmp_path / 'v.mp4', 4, people=3))
    )
    frames = [frame for read, frame in (video.read() for _ in range(6)) if read]
    assert [frame.shape for frame in frames] == 4 * [(480, 640, 3)]
    assert all(np.abs(a.astype(int) - b).mean() > 1 for a, b in zip(frames, frames[1:]))
