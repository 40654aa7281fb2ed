"""The command, and the preview that it writes."""

import json
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmpose_ae.datasets.synth_crowd import Settings, make_scene, preview

COMMAND = Path(__file__).resolve().parents[3] / 'tools/dataset_converters/synth_crowd.py'
SMALL = ('--train', 3, '--val', 2, '--size', 64, 48, '--keypoints', 'crowdpose')


@pytest.fixture
def run(monkeypatch):
    def run(*arguments):
        monkeypatch.setattr(sys, 'argv', [str(COMMAND), *map(str, arguments)])
        runpy.run_path(str(COMMAND), run_name='__main__')

    return run


def test_write_keep_refuse(run, tmp_path, capsys):
    run('--out', tmp_path, *SMALL)
    out, progress = capsys.readouterr()
    assert f'{tmp_path}: written' in out and '3/3' in progress
    info = json.loads((tmp_path / 'annotations/train.json').read_text())['info']
    assert info['settings']['size'] == [64, 48] and info['settings']['keypoints'] == 'crowdpose'
    run('--out', tmp_path, *SMALL)
    assert 'was there already, with these settings' in capsys.readouterr().out
    with pytest.raises(SystemExit, match=f'error: {tmp_path} holds images made with other'):
        run('--out', tmp_path, *SMALL, '--crowding', 0.9)
    run('--out', tmp_path, *SMALL, '--crowding', 0.9, '--overwrite')
    assert f'{tmp_path}: written' in capsys.readouterr().out


def test_bad_settings_are_named(run, tmp_path):
    with pytest.raises(SystemExit, match='error: crowding must lie between 0 and 1, got 2.0'):
        run('--out', tmp_path, '--crowding', 2)


def test_preview_shows_images_and_annotations():
    options = Settings((64, 64), people=(3, 3))
    sheet = preview(5, options, rows=1, columns=2)
    assert sheet.shape == (64, 4 * 64, 3)
    assert np.array_equal(sheet[:, :64], make_scene(5, 0, options).image)
    assert not np.array_equal(sheet[:, :64], sheet[:, 64:128])


def test_preview_to_a_file(run, tmp_path):
    path = tmp_path / 'pictures' / 'preview.png'
    run('--preview', path, '--size', 64, 64)
    assert np.array_equal(cv2.imread(str(path)), preview(0, Settings((64, 64))))
    with pytest.raises(SystemExit, match='preview.txt: give a .png or .jpg file'):
        run('--preview', tmp_path / 'preview.txt')
