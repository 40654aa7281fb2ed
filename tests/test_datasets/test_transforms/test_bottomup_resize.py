"""Test-time resizing: HigherHRNet's sizes, and scales that align."""

import fakes
import numpy as np
import pytest

from mmpose_ae.registry import TRANSFORMS

SIZES = [(640, 425), (427, 640), (500, 375), (333, 500), (640, 640), (64, 1000), (101, 97)]


def resize(image, **kwargs):
    transform = TRANSFORMS.build(dict(dict(type='BottomupResize', input_size=(512, 512)), **kwargs))
    return transform(dict(img=image, ori_shape=image.shape[:2], img_shape=image.shape[:2]))


def to_image(points, results):
    """The way back of MMPose's BottomupPoseEstimator."""
    scale, center = results['input_scale'], results['input_center']
    return points / results['input_size'] * scale + center - 0.5 * scale


def published_size(size, input_size, scale, min_scale):
    """HigherHRNet's get_multi_scale_size, with the long side rounded up as a whole."""
    short = int((min_scale * input_size + 63) // 64 * 64)
    long = int(np.ceil(short / min(size) * max(size) / 64) * 64)
    short, long = int(short * scale / min_scale), int(long * scale / min_scale)
    return (short, long) if size[0] < size[1] else (long, short)


@pytest.mark.parametrize('size', SIZES)
def test_single_scale_has_the_published_size_and_scale(size):
    results = resize(np.zeros((*size[::-1], 3), np.uint8))
    assert results['input_size'] == published_size(size, 512, 1, 1)
    assert results['img'].shape == (*results['img_shape'], 3)
    assert results['img_shape'] == results['input_size'][::-1]
    zoom = np.divide(results['input_size'], results['input_scale'])
    np.testing.assert_allclose(zoom, 512 / min(size), rtol=1e-6)
    np.testing.assert_allclose(results['input_center'], np.divide(size, 2))
    assert 'aug_scales' not in results


@pytest.mark.parametrize('size', SIZES)
def test_several_scales_have_the_published_sizes(size):
    results = resize(np.zeros((*size[::-1], 3), np.uint8), aug_scales=(0.5, 2))
    sizes = [image.shape[1::-1] for image in results['img']]
    assert sizes == [published_size(size, 512, s, 0.5) for s in (1, 0.5, 2)]
    assert results['input_size'] == sizes[0] and results['aug_scales'] == [0.5, 2]


@pytest.mark.parametrize('aug_scales', [[0.5, 2], [0.75, 1.5]])
@pytest.mark.parametrize('size', [(150, 97), (97, 150)])
def test_a_blob_is_at_the_same_place_of_every_scale(size, aug_scales):
    point = np.array([61.3, 44.7])
    results = resize(
        fakes.blob(size, point, 5), input_size=(128, 128), size_factor=16, aug_scales=aug_scales
    )
    base = fakes.middle_of(results['img'][0])
    np.testing.assert_allclose(to_image(base, results), point, atol=0.05)
    np.testing.assert_allclose(results['frame'].to_input(point), base, atol=0.05)
    for image, scale in zip(results['img'][1:], aug_scales):
        # Averaging heatmaps without aligned corners maps edges to edges.
        in_base = (fakes.middle_of(image) + 0.5) / scale - 0.5
        np.testing.assert_allclose(in_base, base, atol=0.05)
        np.testing.assert_array_equal(np.multiply(results['input_size'], scale), image.shape[1::-1])


@pytest.mark.parametrize('resize_mode', ['fit', 'expand'])
@pytest.mark.parametrize('size', SIZES)
def test_way_back_inverts_the_warp(size, resize_mode):
    results = resize(np.zeros((*size[::-1], 3), np.uint8), resize_mode=resize_mode)
    points = np.random.default_rng(0).uniform(0, size, (20, 2))
    inputs = results['frame'].to_input(points)
    np.testing.assert_allclose(to_image(inputs, results), points, atol=1e-3)
    np.testing.assert_allclose(results['frame'].to_image(inputs), points, atol=1e-9)


def test_one_pixel_goes_there_and_back():
    image = np.zeros((40, 64, 3), np.float32)
    image[17, 23] = 1
    results = resize(image, input_size=(128, 128), size_factor=32)
    np.testing.assert_allclose(
        to_image(fakes.middle_of(results['img']), results), [23, 17], atol=0.02
    )


def test_padding_has_the_given_value():
    image = resize(np.full((100, 101, 3), 9, np.uint8), input_size=(64, 64), pad_val=(7, 7, 7))[
        'img'
    ]
    assert image.shape == (64, 128, 3)
    assert (
        (image[:, :31] == 7).all() and (image[:, 34:94] == 9).all() and (image[:, 97:] == 7).all()
    )


def test_input_size_must_fit_the_pyramid():
    with pytest.raises(ValueError, match='size_factor'):
        resize(np.zeros((9, 9, 3)), input_size=(192, 192), resize_mode='fit', aug_scales=[0.5])


def test_sizes_that_are_none_are_refused_when_it_is_built():
    with pytest.raises(ValueError, match=r'input_size must be \(width, height\)'):
        TRANSFORMS.build(dict(type='BottomupResize', input_size=256))
    with pytest.raises(ValueError, match='size_factor must be a whole number from 1 on, got 0'):
        TRANSFORMS.build(dict(type='BottomupResize', input_size=(256, 256), size_factor=0))
