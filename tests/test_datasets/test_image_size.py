"""Sizes from headers: those that OpenCV loads, turned or not."""

import warnings

import cv2
import numpy as np
import pytest
from PIL import Image

from mmpose_ae.datasets.image_size import image_size, size_mismatch

ORIENTATION = 0x0112


def save(path, orientation, size=(50, 30)):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.new('RGB', size).save(path, exif=exif)
    return str(path)


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('extension', ['jpg', 'png', 'webp', 'tiff'])
def test_sizes_are_those_of_loaded_images(tmp_path, extension, orientation):
    path = save(tmp_path / f'a.{extension}', orientation)
    content = np.fromfile(path, np.uint8)
    assert image_size(path) == cv2.imdecode(content, cv2.IMREAD_COLOR).shape[1::-1]


@pytest.mark.parametrize('exif', [b'Exif\0\0', b'Exif\0\0garbage', b'Exif\0\0MM\0*\0\0\0\x08\0\5a'])
def test_damaged_exif(tmp_path, exif):
    Image.new('RGB', (50, 30)).save(tmp_path / 'a.jpg')
    data = (tmp_path / 'a.jpg').read_bytes()
    header = b'\xff\xe1' + (2 + len(exif)).to_bytes(2, 'big') + exif
    (tmp_path / 'a.jpg').write_bytes(data[:2] + header + data[2:])
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        assert image_size(str(tmp_path / 'a.jpg')) == (50, 30)


def test_files_that_are_no_images(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'nothing')
    with pytest.raises(OSError, match='a.jpg'):
        image_size(str(tmp_path / 'a.jpg'))
    with pytest.raises(FileNotFoundError, match='b.jpg'):
        image_size(str(tmp_path / 'b.jpg'))


def test_images_of_enormous_size_are_named(tmp_path, monkeypatch):
    path = save(tmp_path / 'a.png', 1)
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    with pytest.raises(OSError, match='a.png.* exceeds limit'):
        image_size(path)


def test_mismatches_name_both_sizes(tmp_path):
    assert size_mismatch('a.jpg', (50, 30), (50, 30)) == ''
    resized = size_mismatch('a.jpg', (50, 30), (25, 15))
    assert 'a.jpg is 25x15, but its annotations are for 50x30: was it resized' in resized
    path = save(tmp_path / 'a.jpg', 6)
    turned = size_mismatch(path, (50, 30), (30, 50))
    assert 'a.jpg is 30x50, but its annotations are for 50x30: ' in turned and 'EXIF' in turned
    for path in (save(tmp_path / 'b.jpg', 1, (30, 50)), 's3://of/another/storage.jpg'):
        exchanged = size_mismatch(path, (50, 30), (30, 50))
        assert exchanged.endswith('for 50x30: width and height are exchanged in the annotations')
