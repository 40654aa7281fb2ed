"""Color changes against Python's colorsys, pixel by pixel."""

import colorsys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmpose_ae.datasets.transforms.ae_photometric_distortion import distort_colors
from mmpose_ae.registry import TRANSFORMS

CHANGES = dict(
    hue=st.floats(-1, 1),
    saturation=st.floats(0, 2),
    brightness=st.floats(-0.5, 0.5),
    contrast=st.floats(0, 2),
)


def slow_distort(image, hue, saturation, brightness, contrast):
    """pose-ae-train's steps on one RGB color of 0 to 1 after the other."""
    out = np.empty(image.shape)
    for i in np.ndindex(*image.shape[:2]):
        h, s, v = colorsys.rgb_to_hsv(*(float(c) / 255 for c in image[i][::-1]))
        color = np.array(colorsys.hsv_to_rgb((h + hue) % 1, min(s * saturation, 1), v)) + brightness
        color = (color - color.mean()) * contrast + color.mean()
        out[i] = 255 * np.clip(color, 0, 1)[::-1]
    return out


@given(**CHANGES, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_as_the_release_does(seed, **changes):
    image = np.random.default_rng(seed).integers(0, 256, (2, 33, 3), dtype=np.uint8)
    image[:, :9] = image[:, :9, :1]  # grays have no hue
    expected = slow_distort(image, **changes)
    out = distort_colors(image, **changes)
    assert out.dtype == np.uint8
    assert np.abs(out - expected).max() < 0.6  # rounded
    out = distort_colors(image.astype(np.float32), **changes)
    assert out.dtype == np.float32
    assert np.abs(out - expected).max() < 0.05


def test_nothing_changes_nothing():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(distort_colors(image, 0, 1, 0, 1), image)


def test_mirrored_views_are_accepted():
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    mirrored = distort_colors(image[:, ::-1], 0.1, 1.2, 0.1, 0.9)
    np.testing.assert_array_equal(mirrored[:, ::-1], distort_colors(image, 0.1, 1.2, 0.1, 0.9))


def test_random_changes_fill_their_ranges():
    np.random.seed(0)
    transform = TRANSFORMS.build(dict(type='AEPhotometricDistortion'))
    samples = np.array([transform._random_changes() for _ in range(500)])
    low, high = np.array([-0.2, 0.5, -0.3, 0.5]), np.array([0.2, 1.5, 0.3, 1.5])
    assert (samples >= low).all() and (samples <= high).all()
    width = high - low
    assert (samples.min(0) < low + 0.05 * width).all() and (
        samples.max(0) > high - 0.05 * width
    ).all()


@pytest.mark.parametrize('name', ['saturation_range', 'contrast_range'])
@pytest.mark.parametrize('value', [0.5, (1.5, 0.5), (-0.5, 1)])
def test_what_is_no_range(name, value):
    with pytest.raises(ValueError, match=f'^{name} must be two numbers from 0 on, the least and'):
        TRANSFORMS.build(dict(type='AEPhotometricDistortion', **{name: value}))


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
def test_pipeline_step(dtype):
    np.random.seed(0)
    image = np.full((4, 5, 3), 100, dtype)
    results = TRANSFORMS.build(dict(type='AEPhotometricDistortion'))(dict(img=image.copy()))
    assert results['img'].dtype == dtype and results['img'].shape == (4, 5, 3)
    assert (results['img'] != image).any()


@pytest.mark.parametrize('name', ['hue_delta', 'brightness_delta'])
def test_changes_that_are_no_numbers(name):
    for value in ('x', float('nan')):
        with pytest.raises(ValueError, match=f'^{name} must be a finite number'):
            TRANSFORMS.build(dict(type='AEPhotometricDistortion', **{name: value}))
