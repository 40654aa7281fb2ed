"""One image stage by stage: what is drawn is what the model found, in pixels of its input."""

import matplotlib.image
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.pictures import StagesOfImage, draw_stages, plot_stages
from mmpose_ae.registry import MODELS


def test_panels_show_the_input_and_candidates_where_they_lie():
    image = np.zeros((40, 60, 3), np.uint8)
    points = np.array([[10.0, 5.0], [59.0, 39.0]])
    stages = StagesOfImage(
        image, np.zeros((10, 15)), points, np.array([0.5, 1.0]), np.array([[0.0], [3.0]]), image
    )
    panels = plot_stages(stages).axes
    assert [p.get_title() for p in panels][:2] == ['input', 'highest heatmap']
    for panel in panels:  # all in pixels of the input, the first row on top
        assert panel.get_xlim() == (-0.5, 59.5) and panel.get_ylim() == (39.5, -0.5)
    (dots,) = panels[2].collections
    np.testing.assert_array_equal(dots.get_offsets(), points)
    np.testing.assert_array_equal(dots.get_array(), [0, 3])
    assert dots.get_sizes().tolist() == [30, 50]


def test_nobody_is_drawn_without_candidates():
    image = np.zeros((40, 60, 3), np.uint8)
    empty = np.zeros((0, 2))
    panels = plot_stages(
        StagesOfImage(image, np.zeros((10, 15)), empty, np.zeros(0), empty, image)
    ).axes
    assert not panels[2].collections


def load(perfect_model):
    """The config of a network that knows two people, and its weights."""
    return Config.fromfile(perfect_model.config), perfect_model.checkpoint


def test_a_trained_model_is_drawn(perfect_model, tmp_path):
    cfg, checkpoint = load(perfect_model)
    path = draw_stages(cfg, checkpoint, tmp_path / 'new' / 'stages.png', image_id=2)
    assert path.is_file() and matplotlib.image.imread(path).ndim == 3


def test_an_unknown_image_is_named(perfect_model, tmp_path):
    with pytest.raises(ValueError, match='has no image 99'):
        draw_stages(*load(perfect_model), tmp_path / 'stages.png', image_id=99)


def test_heads_without_tags_are_refused(perfect_model, tmp_path):
    cfg, _ = load(perfect_model)
    decoder = dict(type='CenterOffsetCodec', sigma=1)
    head = dict(type='CenterOffsetHead', in_channels=34, num_keypoints=17, decoder=decoder)
    cfg.model.head = head
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        weights = MODELS.build(cfg.model).state_dict()
    torch.save(dict(state_dict=weights, meta={}), tmp_path / 'offsets.pth')
    with pytest.raises(ValueError, match='CenterOffsetHead does not group by tags'):
        draw_stages(cfg, tmp_path / 'offsets.pth', tmp_path / 'stages.png')
