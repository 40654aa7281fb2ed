"""The resize before the network, beside MMPose's and a slow plain one."""

import cv2
import fakes
import numpy as np
import pytest
from mmpose.datasets.transforms import BottomupResize

from mmpose_ae.images import Resize, resizing, warp_image

SIZES = [(640, 480), (427, 640), (64, 48), (301, 118), (1, 1), (97, 12), (736, 724)]


def noise(size):
    return np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)


def resize(image, options):
    box = Resize(**options).box(image.shape[1::-1])
    return warp_image(image, box.matrix, box.input_size)


@pytest.fixture
def without_opencv(monkeypatch):
    """Let numpy do it."""
    monkeypatch.setattr(resizing, 'find_opencv', lambda: None)


@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('size', SIZES)
def test_it_is_that_of_mmpose_to_the_last_bit(size, mode):
    """Sizes where a coefficient that is rounded otherwise changes pixels are among them."""
    image = noise(size)
    theirs = BottomupResize((192, 192), size_factor=64, resize_mode=mode)
    expected = theirs.transform(dict(img=image, ori_shape=image.shape[:2]))['img']
    np.testing.assert_array_equal(resize(image, dict(size=(192, 192), mode=mode)), expected)


@pytest.mark.parametrize('kind', [np.uint8, np.float32])
@pytest.mark.parametrize('size', SIZES)
def test_numpy_differs_by_a_level_at_most(size, kind, without_opencv, monkeypatch):
    image, options = noise(size).astype(kind), dict(size=(192, 128), step=32)
    ours = resize(image, options)
    monkeypatch.undo()
    theirs = resize(image, options)
    assert ours.dtype == theirs.dtype == kind
    difference = np.abs(ours.astype(float) - theirs.astype(float))
    exact = int(cv2.__version__.split('.')[0]) >= 5  # older ones round places to 1/32 pixel
    assert difference.max() <= (1 if exact else 255 / 16)
    assert difference.mean() < (0.05 if exact else 4)


def test_each_pixel_is_where_the_frame_says(without_opencv):
    """A slow plain interpolation, with what is outside the image."""
    image = noise((7, 5)).astype(np.float32)
    box, outside = Resize((16, 16), step=8).box((7, 5)), (10.0, 20.0, 30.0)
    found = warp_image(image, box.matrix, box.input_size, outside)
    frame = box.frame((7, 5))
    for row, column in np.ndindex(*found.shape[:2]):
        x, y = frame.to_image(np.array([column, row]))
        expected = np.zeros(3)
        for j, i in np.ndindex(2, 2):
            left, top = int(np.floor(x)) + i, int(np.floor(y)) + j
            inside = 0 <= left < 7 and 0 <= top < 5
            weight = (1 - abs(x - left)) * (1 - abs(y - top))
            expected += weight * (image[top, left] if inside else np.array(outside))
        np.testing.assert_allclose(found[row, column], expected, atol=0.02)


@pytest.mark.parametrize('options, reason', [
    (dict(size=(512, 512), mode='cover'), 'resize_mode must be one of'),
    (dict(size=(190, 192), mode='fit'), r'multiples of size_factor, which is 64, got \(190, 19'),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        Resize(**options)


def test_what_opencv_refuses_is_an_error_of_the_picture(monkeypatch):
    def refuse(*args, **kwargs):
        raise cv2.error('dst.cols < SHRT_MAX')

    monkeypatch.setattr(cv2, 'warpAffine', refuse)
    with pytest.raises(ValueError, match='cannot be resized: dst.cols'):
        resize(fakes.image(), dict(size=(64, 64)))
