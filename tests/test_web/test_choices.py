"""Which models the page offers, and that one of them is loaded at a time."""

import os

import cv2
import numpy as np
import pytest
import torch
from exported_files import PIXELS, said, write_file

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.prediction.zoo import list_models
from mmpose_ae.web.analysis import Thresholds, analyze
from mmpose_ae.web.choices import Choice, Models, list_choices
from mmpose_ae.web.uploads import Limits


@pytest.fixture
def published(monkeypatch, tmp_path):
    """Models with weights, none of which were downloaded, in a folder without runs."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    monkeypatch.chdir(tmp_path)
    return [model for model in list_models() if model.weights]


def test_what_was_downloaded_comes_first(published):
    assert [choice.title for choice in list_choices()] == [
        f'{model.name} (to be downloaded)' for model in published
    ]
    assert Models(list_choices()).first is None
    place = cache_path(published[-1].weights)
    place.parent.mkdir(parents=True)
    place.touch()
    first = next(list_choices())
    assert first == Choice(published[-1].name, published[-1].name)
    assert Models(list_choices()).first == first.title


def test_the_newest_run_comes_before_all(published, tmp_path):
    for run, age in (('old', 100), ('new', 200), ('empty', 300)):
        folder = tmp_path / 'work_dirs' / run
        folder.mkdir(parents=True)
        (folder / 'config.py').touch()
        if run != 'empty':
            (folder / 'epoch_3.pth').touch()
            os.utime(folder / 'epoch_3.pth', (age, age))
    new, old, *rest = list_choices()
    assert [new.title, old.title] == ['work_dirs/new: epoch_3.pth', 'work_dirs/old: epoch_3.pth']
    assert new.model == 'work_dirs/new/config.py'
    assert len(rest) == len(published)


def test_one_model_stays_loaded(perfect_model, tmp_path):
    chosen = torch.load(perfect_model.checkpoint, weights_only=False)
    chosen['meta']['score_threshold'] = 0.35
    torch.save(chosen, tmp_path / 'chosen.pth')
    config = str(perfect_model.config)
    models = Models(
        [
            Choice('plain', config, str(perfect_model.checkpoint)),
            Choice('chosen', config, str(tmp_path / 'chosen.pth')),
        ],
        device='cpu',
    )
    plain, chosen = models.load('plain'), models.load('chosen')
    assert [plain.score_threshold, chosen.score_threshold] == [0.2, 0.35]
    assert models.load('chosen') is chosen
    assert models.load('plain') is not plain
    assert chosen.predictor.score_threshold == 0


def test_an_exported_file_may_be_chosen(tmp_path):
    """Its people have 0.8 and 0.5; both are found, and at first those from 0.6 on are shown."""
    path = str(write_file(tmp_path / 'a.onnx', said(score_threshold=0.6)))
    loaded = Models([Choice('exported', path)]).load('exported')
    assert loaded.score_threshold == 0.6
    cv2.imwrite(str(tmp_path / 'a.png'), np.full((64, 64, 3), 255, np.uint8))
    found = analyze(str(tmp_path / 'a.png'), loaded.predictor, Limits(1, 1))
    people = found.people(0, Thresholds(0, 0))
    np.testing.assert_allclose(people.poses.keypoints, PIXELS, atol=1e-4)
    assert people.keypoint_tags is None
    assert len(found.people(0, Thresholds(loaded.score_threshold, 0))) == 1
