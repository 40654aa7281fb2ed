"""Files are made only of configs whose test pipeline does what they do."""

import pytest
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.registry import DefaultScope
from tiny_crowd import write_tiny_crowd

from mmpose_ae.datasets.transforms import BottomupResize
from mmpose_ae.export.input_pipeline import read_resize, single_scale
from mmpose_ae.models.data_preprocessors import PoseDataPreprocessor
from mmpose_ae.registry import TRANSFORMS


@TRANSFORMS.register_module()
class DarkenForTests(BaseTransform):
    """A transform of a user's."""

    def transform(self, results):
        return dict(results, img=results['img'] // 2)


@TRANSFORMS.register_module()
class DarkResizeForTests(BottomupResize):
    """A resize of a user's, which does something else."""

    def transform(self, results):
        return dict(super().transform(results), img=results['img'] // 2)


@TRANSFORMS.register_module()
class NamedResizeForTests(BottomupResize):
    """Another name alone."""


@pytest.fixture
def config(tmp_path):
    path = write_tiny_crowd(tmp_path)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield Config.fromfile(path)


def read(config, **options):
    return read_resize(config, 'tiny', PoseDataPreprocessor(**options))


def steps_of(config):
    return config.test_dataloader.dataset.pipeline


def test_what_a_file_can_do_is_taken(config):
    load, resize, _ = steps_of(config)
    load.update(backend_args=None, color_type='color')
    resize.update(size_factor=32, pad_val=[0, 0, 0], aug_scales=[0.5])
    found = read(config, pad_size_divisor=16)
    assert (found.input_size, found.size_factor, found.pyramid_scales) == ((64, 64), 32, [])
    resize['type'] = 'NamedResizeForTests'
    assert read(config).size_factor == 32
    load['type'] = 'mmpose.LoadImage'
    assert read(config).size_factor == 32


@pytest.mark.parametrize('place, options, reason', [
    (0, dict(color_type='grayscale'), "LoadImage .* has color_type='grayscale', but a file"),
    (0, dict(to_float32=True, imdecode_backend='pillow'),
     "has to_float32=True, imdecode_backend='pillow', but"),
    (1, dict(pad_val=(124, 116, 104)), r'has pad_val=\(124, 116, 104\), .* filled up with black'),
    (1, dict(type='DarkResizeForTests'), 'is LoadImage, DarkResizeForTests, PackPoseInputs, but'),
])  # fmt: skip
def test_options_that_a_file_has_not_are_named(config, place, options, reason):
    steps_of(config)[place].update(options)
    with pytest.raises(ValueError, match=reason):
        read(config)


@pytest.mark.parametrize('place, name', [(0, 'BottomupResize'), (1, 'DarkenForTests'),
                                         (2, 'DarkenForTests')])  # fmt: skip
def test_other_transforms_are_named(config, place, name):
    size = dict(input_size=(64, 64)) if name == 'BottomupResize' else {}
    steps_of(config).insert(place, dict(type=name, **size))
    with pytest.raises(ValueError, match=f'tiny cannot be exported: its test .*{name}.* nothing'):
        read(config)


def test_padding_that_the_resize_does_not_do_is_named(config):
    with pytest.raises(ValueError, match='pad_size_divisor=128 .* divide size_factor=64 of Bott'):
        read(config, pad_size_divisor=128)
    steps_of(config)[1].size_factor = 128
    assert read(config, pad_size_divisor=128).size_factor == 128


def test_a_pipeline_without_a_resize_is_refused(config):
    steps_of(config)[1] = dict(type='DarkenForTests')
    with pytest.raises(ValueError, match='has no BottomupResize, which sizes inputs'):
        read(config)


def test_unknown_transforms_are_named(config):
    steps_of(config).append(dict(type='Absent'))
    with pytest.raises(ValueError, match=r'test_dataloader\.dataset\.pipeline.*Absent'):
        read(config)


def test_scales_are_left_out_of_a_copy():
    steps = [dict(type='LoadImage'), dict(type='BottomupResize', aug_scales=[0.5, 2])]
    assert single_scale(steps) == [steps[0], dict(type='BottomupResize', aug_scales=None)]
    assert steps[1]['aug_scales'] == [0.5, 2]
