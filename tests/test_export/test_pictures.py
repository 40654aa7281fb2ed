"""Pictures of a config's data, whatever its loaders make of them."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from tiny_crowd import NUM_IMAGES, SIZE, write_tiny_crowd

from mmpose_ae.export import writing
from mmpose_ae.export.pictures import data_pictures


@pytest.fixture
def config(tmp_path):
    """Data without a network; in scope, as after loading."""
    path = write_tiny_crowd(tmp_path)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield Config.fromfile(path)


def pictures(config, *options):
    return list(data_pictures(SimpleNamespace(config=config), *options))


def saved(tmp_path, index):
    """An image of the data, RGB."""
    return cv2.imread(str(tmp_path / 'images' / f'{index}.png'))[..., ::-1]


def test_pictures_are_from_all_over_the_data(config, tmp_path):
    for index, picture in zip((0, 2, 4), pictures(config, 'test', 3)):
        assert picture.pixels.shape == (1, SIZE, SIZE, 3)
        np.testing.assert_array_equal(picture.pixels[0], saved(tmp_path, index))
    assert len(pictures(config, 'test')) == len(pictures(config, 'train', 99)) == NUM_IMAGES


def test_scales_of_an_image_pyramid_are_left_out(config, tmp_path):
    config.test_dataloader.dataset.pipeline[1].aug_scales = [0.5, 2]
    (picture,) = pictures(config, 'test', 1)
    np.testing.assert_array_equal(picture.pixels[0], saved(tmp_path, 0))


@pytest.mark.parametrize(
    'wrap',
    [
        lambda given: dict(type='RepeatDataset', times=3, dataset=given),
        lambda given: dict(type='StillClipDataset', dataset=given),
        lambda given: dict(
            type='ConcatDataset', datasets=[dict(type='ClipDataset', dataset=given), dict(given)]
        ),
    ],
)
def test_datasets_of_others_give_the_images_of_the_first(config, tmp_path, wrap):
    config.train_dataloader.dataset = wrap(config.train_dataloader.dataset)
    found = pictures(config, 'train')
    assert len(found) == NUM_IMAGES
    np.testing.assert_array_equal(found[-1].pixels[0], saved(tmp_path, NUM_IMAGES - 1))


def test_without_training_data_those_for_testing_do(config):
    config.train_dataloader = None
    assert len(pictures(config, 'train')) == NUM_IMAGES


@pytest.mark.parametrize('split', ['train', 'test'])
def test_data_without_a_picture_are_named(config, split):
    config[f'{split}_dataloader'].dataset.indices = []
    with pytest.raises(ValueError, match=f'pictures of {split}_dataloader are needed, but it has'):
        data_pictures(SimpleNamespace(config=config), split)


def test_missing_data_are_told_before_a_picture_is_asked_for(config, tmp_path):
    loaded = SimpleNamespace(config=config)
    (tmp_path / 'images').rename(tmp_path / 'elsewhere')
    with pytest.raises(FileNotFoundError, match=r'the data of train_dataloader .*images/0\.png'):
        data_pictures(loaded, 'train')
    (tmp_path / 'people.json').unlink()
    with pytest.raises(FileNotFoundError, match=r'the data of test_dataloader .*people\.json'):
        data_pictures(loaded, 'test')


@pytest.mark.parametrize('precision', ['fp16', 'int8'])
def test_missing_data_are_told_before_the_network_is_traced(
    config, tmp_path, monkeypatch, precision
):
    (tmp_path / 'people.json').unlink()
    traced = []
    monkeypatch.setattr(writing, 'load', lambda *given: SimpleNamespace(config=config))
    monkeypatch.setattr(writing, 'make_graph', lambda *given: None)
    monkeypatch.setattr(writing, 'to_onnx', traced.append)
    with pytest.raises(FileNotFoundError, match=r'people\.json'):
        next(writing.write_file('a.py', 'a.pth', tmp_path / 'a.onnx', precision=precision))
    assert not traced
