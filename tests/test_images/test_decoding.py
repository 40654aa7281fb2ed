"""Reading with Pillow where OpenCV is not installed, and what is said where neither is."""

import sys

import cv2
import fakes
import numpy as np
import pytest
from PIL import Image

from mmpose_ae.images import (
    check_reader,
    decode_image,
    decoding,
    find_opencv,
    needs_opencv,
    read_image,
)


@pytest.fixture
def without_opencv(monkeypatch):
    monkeypatch.setattr(decoding, 'find_opencv', lambda: None)


def write(folder):
    """Files that differ in form."""
    bgr = fakes.spots()
    image = Image.fromarray(np.ascontiguousarray(bgr[..., ::-1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(folder / 'turned.png', exif=exif)
    image.save(folder / 'plain.jpg')
    image.quantize(32).save(folder / 'palette.png')
    image.convert('RGBA').save(folder / 'alpha.png')
    image.convert('L').save(folder / 'gray.png')
    cv2.imwrite(str(folder / 'deep.png'), bgr.astype(np.uint16) * 257)
    cv2.imwrite(str(folder / 'deep_gray.png'), bgr[..., 0].astype(np.uint16) * 257)
    return sorted(folder.iterdir())


def test_pillow_reads_what_opencv_reads(tmp_path, without_opencv):
    for path in write(tmp_path):
        expected = cv2.imread(str(path))
        found = read_image(path)
        assert found.flags.c_contiguous and found.dtype == np.uint8
        difference = np.abs(found.astype(int) - expected)  # each has a decoder of JPEG of its own
        assert difference.max() <= (2 if path.suffix == '.jpg' else 0), path.name


def test_broken_files_are_named(tmp_path, without_opencv):
    data = cv2.imencode('.png', fakes.image())[1].tobytes()
    for content in (b'no picture', data[: len(data) // 2]):
        with pytest.raises(ValueError, match='image file a.png cannot be decoded'):
            decode_image(content, 'a.png')


def test_what_is_missing_is_said(without_opencv, monkeypatch):
    monkeypatch.setitem(sys.modules, 'PIL', None)
    with pytest.raises(ImportError, match='needs OpenCV or Pillow: pip install'):
        check_reader()
    with pytest.raises(ImportError, match='needs OpenCV or Pillow: pip install'):
        decode_image(b'any', 'a.png')


def test_what_needs_opencv_says_so(monkeypatch):
    assert find_opencv() is cv2
    with pytest.raises(ModuleNotFoundError, match='other'), needs_opencv('it'):
        raise ModuleNotFoundError('no other', name='other')
    with (
        pytest.raises(ImportError, match='drawing needs OpenCV, .* pip inst'),
        needs_opencv('drawing'),
    ):
        raise ModuleNotFoundError('No module', name='cv2')
