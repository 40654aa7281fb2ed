"""Images in memory: the same as from a file, or an error that says what was expected."""

import cv2
import numpy as np
import pytest

from mmpose_ae.images import read_image_array
from mmpose_ae.registry import TRANSFORMS

IMAGE = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
GRAY = IMAGE[..., 0]
CONVERTED = dict(
    color=(IMAGE, IMAGE),
    gray=(GRAY, np.dstack([GRAY] * 3)),
    one_channel=(GRAY[..., None], np.dstack([GRAY] * 3)),
    integers=(IMAGE.astype(np.int64), IMAGE),
    floats=(IMAGE.astype(np.float64), IMAGE),
    black=(np.zeros((6, 8, 3)), np.zeros((6, 8, 3), np.uint8)),
)
REFUSED = dict(
    alpha=(
        np.dstack([IMAGE, GRAY]),
        r'shape \(6, 8, 4\).*image\[\.\.\., :3\] leaves out the alpha',
    ),
    two_channels=(IMAGE[..., :2], r'shape \(6, 8, 2\).*expected \(H, W, 3\)'),
    batch=(IMAGE[None], r'shape \(1, 6, 8, 3\)'),
    flat=(GRAY.ravel(), r'shape \(48,\)'),
    empty=(IMAGE[:0], r'shape \(0, 8, 3\)'),
    uint16=(IMAGE.astype(np.uint16) * 257, 'dtype uint16.*astype'),
    dark_uint16=(IMAGE.astype(np.uint16), 'dtype uint16'),
    boolean=(IMAGE > 99, 'dtype bool'),
    text=(np.full((6, 8, 3), 'a'), 'dtype <U1'),
    complex=(IMAGE.astype(complex), 'dtype complex128'),
    below_one=(IMAGE / 255, r'values in 0\.\.0.97\d*, float64.*255 \* image'),
    negative=(IMAGE / 127.5 - 1, r'values in -1\.\.0.95'),
    large=(IMAGE.astype(int) * 2, 'values in .*int64'),
    nan=(np.full((6, 8, 3), np.nan), 'NaN or infinite'),
    infinite=(np.where(IMAGE > 9, np.inf, IMAGE), 'NaN or infinite'),
)


@pytest.mark.parametrize('kind', CONVERTED)
def test_certain_ones_are_converted(kind):
    given, expected = CONVERTED[kind]
    found = read_image_array(given)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)


def test_values_between_levels_are_kept():
    found = read_image_array(IMAGE * 0.9)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, IMAGE * 0.9, rtol=1e-6)


@pytest.mark.parametrize('kind', REFUSED)
def test_doubtful_ones_are_refused(kind):
    given, message = REFUSED[kind]
    with pytest.raises(ValueError, match=message):
        TRANSFORMS.build(dict(type='LoadImage'))(dict(img=given))


def test_a_gray_image_is_that_of_its_file(tmp_path):
    path = tmp_path / 'gray.png'
    cv2.imwrite(str(path), GRAY)
    load = TRANSFORMS.build(dict(type='LoadImage'))
    from_file, given = load(dict(img_path=str(path))), load(dict(img=GRAY))
    np.testing.assert_array_equal(given['img'], from_file['img'])
    assert given['ori_shape'] == from_file['ori_shape'] == (6, 8)
