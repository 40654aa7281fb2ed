"""Which images are drawn."""

from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.config import Config

from mmpose_ae.pictures import choose_images
from mmpose_ae.pictures.val_images import build_val_dataset


class Images(list):
    """A dataset that knows which keypoints are visible on each image."""

    ann_file = 'a.json'

    def get_data_info(self, index):
        """None is an image that nobody has annotated."""
        return {} if self[index] is None else dict(keypoints_visible=np.array(self[index]))


def test_images_with_people_are_spread_evenly():
    images = Images([[[0.0]], [[1.0]], None, [[0.0], [2.0]], [[1.0]], [[1.0]], [[1.0]], [[0.0]]])
    assert choose_images(images, 3).tolist() == [1, 4, 6]
    assert choose_images(images, 9).tolist() == [1, 3, 4, 5, 6]


@pytest.mark.parametrize('number', [0, -1])
def test_no_images_are_refused(number):
    with pytest.raises(ValueError, match='the number of images must be a whole number from 1 on'):
        choose_images(Images([[[1.0]]]), number)


def test_nobody_to_draw():
    with pytest.raises(ValueError, match='no image of a.json has a labelled person'):
        choose_images(Images([None, [[0.0]]]), 2)


@pytest.mark.parametrize('content', ['', 'val_dataloader = None'])
def test_a_config_without_validation_is_named(tmp_path, content):
    (tmp_path / 'c.py').write_text(content)
    cfg = Config.fromfile(tmp_path / 'c.py')
    with pytest.raises(ValueError, match='c.py has no val_dataloader, whose images are drawn'):
        build_val_dataset(cfg)


def test_the_dataset_is_that_of_validation(monkeypatch):
    cfg = Config(dict(val_dataloader=dict(dataset=dict(type='A'))))
    datasets = SimpleNamespace(build=lambda given: [given])
    monkeypatch.setattr('mmpose_ae.pictures.val_images.DATASETS', datasets)
    assert build_val_dataset(cfg) == [dict(type='A')]
