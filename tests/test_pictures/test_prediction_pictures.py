import json
import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.structures import PixelData

from mmpose_ae.models.heads import AEHead
from mmpose_ae.pictures import draw_predictions, prediction_pictures

TOOL = Path(__file__).resolve().parents[2] / 'tools/analysis/draw_predictions.py'


def names(paths):
    return [path.name for path in paths]


def test_pictures_of_evenly_spread_images(perfect_model, tmp_path):
    """Two of the five images: the first and the last."""
    cfg = Config.fromfile(perfect_model.config)
    paths = draw_predictions(cfg, perfect_model.checkpoint, tmp_path / 'new', num_images=2)
    kinds = ('skeletons', 'tags', 'maps')
    per_image = [f'{kind}_{image_id}.png' for image_id in (0, 4) for kind in kinds]
    assert names(paths) == ['predictions.png', *per_image]
    for path in paths:
        height, width = cv2.imread(str(path)).shape[:2]
        assert height > 150 and width > 300
    assert 'init_cfg' not in cfg.model.backbone and cfg.model.test_cfg == dict(flip_test=False)


def test_colors_show_who_was_found(perfect_model, tmp_path, monkeypatch):
    """The annotated instance of the first image is found and has its color; the other has not."""
    drawn = []

    def record(image, instances, meta):
        drawn.append(instances)
        return np.zeros((40, 40, 3), np.uint8)

    monkeypatch.setattr('mmpose_ae.pictures.prediction_pictures.draw_instances', record)
    draw_predictions(Config.fromfile(perfect_model.config), perfect_model.checkpoint, tmp_path, 1)
    truth, found = drawn
    distance = np.abs(found.keypoints - truth.keypoints).mean((1, 2))
    assert found.color_ids[distance.argmin()] == 0 and found.color_ids[distance.argmax()] > 0


def test_a_refiner_is_shown_beside_what_it_was_given(perfect_model, tmp_path, monkeypatch):
    """It moves everybody by ten pixels."""

    class Mover(torch.nn.Module):
        def check_keypoints(self, names):
            assert names[0] == 'nose'

        def forward(self, samples, device):
            (sample,) = samples
            sample.pred_instances = sample.pred_instances.clone()
            sample.pred_instances.keypoints = sample.pred_instances.keypoints + 10
            return samples

    def with_mover(*args, **kwargs):
        model = load_model(*args, **kwargs)
        model.refiner = Mover()
        return model

    drawn, sheets = [], []

    def record(image, instances, meta):
        drawn.append(instances)
        return np.zeros((40, 40, 3), np.uint8)

    def record_sheet(panels, headings, **options):
        sheets.append((headings, options))
        return Figure(figsize=(1, 1))

    load_model = prediction_pictures.load_model
    monkeypatch.setattr(prediction_pictures, 'load_model', with_mover)
    monkeypatch.setattr(prediction_pictures, 'draw_instances', record)
    monkeypatch.setattr(prediction_pictures, 'contact_sheet', record_sheet)
    cfg = Config.fromfile(perfect_model.config)
    draw_predictions(cfg, perfect_model.checkpoint, tmp_path, num_images=1)
    _, found, refined = drawn
    np.testing.assert_allclose(refined.keypoints, found.keypoints + 10)
    headings = ('ground truth', 'prediction', 'refined')
    assert sheets == [(headings, {}), (headings, dict(columns=1))]


def test_a_refiner_of_other_keypoints_is_refused(perfect_model, tmp_path, monkeypatch):
    class Stranger(torch.nn.Module):
        def check_keypoints(self, names):
            raise ValueError(f'other keypoints than {names[0]}')

    def with_stranger(*args, **kwargs):
        model = load_model(*args, **kwargs)
        model.refiner = Stranger()
        return model

    load_model = prediction_pictures.load_model
    monkeypatch.setattr(prediction_pictures, 'load_model', with_stranger)
    cfg = Config.fromfile(perfect_model.config)
    with pytest.raises(ValueError, match='other keypoints than nose'):
        draw_predictions(cfg, perfect_model.checkpoint, tmp_path, num_images=1)


def test_more_images_than_there_are(perfect_model, tmp_path, monkeypatch, capsys):
    """The command line: all five images are drawn and the files are listed."""
    options = ['--out', tmp_path, '--num', 9, '--cfg-options', 'model.test_cfg.flip_test=True']
    argv = [TOOL, perfect_model.config, perfect_model.checkpoint, *options]
    monkeypatch.setattr('sys.argv', [str(word) for word in argv])
    runpy.run_path(str(TOOL), run_name='__main__')
    printed = [line for line in capsys.readouterr().out.splitlines() if line.endswith('.png')]
    assert len(printed) == 1 + 3 * 5
    assert all(Path(line).is_file() for line in printed)


def test_skeletons_alone_where_no_tags_are_predicted(perfect_model, tmp_path, monkeypatch):
    def without_tags(*args, **kwargs):
        instances, fields = predict(*args, **kwargs)
        return instances, [PixelData(heatmaps=field.heatmaps) for field in fields]

    predict = AEHead.predict
    monkeypatch.setattr(AEHead, 'predict', without_tags)
    cfg = Config.fromfile(perfect_model.config)
    paths = draw_predictions(cfg, perfect_model.checkpoint, tmp_path, num_images=1)
    assert names(paths) == ['predictions.png', 'skeletons_0.png']


def test_nobody_to_draw(perfect_model, tmp_path):
    people = json.loads((perfect_model.image.parents[1] / 'people.json').read_text())
    (tmp_path / 'nobody.json').write_text(json.dumps(dict(people, annotations=[])))
    cfg = Config.fromfile(perfect_model.config)
    cfg.val_dataloader.dataset.ann_file = str(tmp_path / 'nobody.json')
    with pytest.raises(ValueError, match='no image of .*nobody.json has a labelled person'):
        draw_predictions(cfg, perfect_model.checkpoint, tmp_path, 3)
