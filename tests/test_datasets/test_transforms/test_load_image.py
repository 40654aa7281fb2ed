"""Loading: whole files as they are, broken ones named."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from mmpose_ae.datasets.image_size import ORIENTATION
from mmpose_ae.datasets.transforms import reading_of, whole_image
from mmpose_ae.images.decoding import _is_truncated_jpeg
from mmpose_ae.registry import TRANSFORMS

IMAGE = cv2.GaussianBlur(
    np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8), (0, 0), 3
)


def encode(extension):
    return cv2.imencode(extension, IMAGE)[1].tobytes()


def load(path, **kwargs):
    return TRANSFORMS.build(dict(type='LoadImage', **kwargs))(dict(img_path=str(path)))


@pytest.mark.parametrize('to_float32', [False, True])
def test_whole_image(tmp_path, to_float32):
    (tmp_path / 'a.png').write_bytes(encode('.png'))
    results = load(tmp_path / 'a.png', to_float32=to_float32)
    np.testing.assert_array_equal(results['img'], IMAGE)
    assert results['img'].dtype == (np.float32 if to_float32 else np.uint8)
    assert results['img_shape'] == results['ori_shape'] == (60, 80)


@pytest.mark.parametrize('color_type', ['grayscale', 'unchanged'])
def test_gray_pictures_have_three_channels(tmp_path, color_type):
    """As those in memory."""
    cv2.imwrite(str(tmp_path / 'gray.png'), IMAGE[..., 0])
    results = load(tmp_path / 'gray.png', color_type=color_type)
    np.testing.assert_array_equal(results['img'], np.repeat(IMAGE[..., :1], 3, axis=2))
    np.testing.assert_array_equal(whole_image(results), results['img'])


@pytest.mark.parametrize('pixels, reason', [
    (np.dstack([IMAGE, IMAGE[..., 0]]), 'leaves out the alpha channel'),
    (IMAGE.astype(np.uint16) * 257, 'uint16'),
])  # fmt: skip
def test_what_a_network_cannot_take_is_named(tmp_path, pixels, reason):
    cv2.imwrite(str(tmp_path / 'a.png'), pixels)
    with pytest.raises(ValueError, match=f"a.png, read as 'unchanged': .*{reason}"):
        load(tmp_path / 'a.png', color_type='unchanged')


@pytest.mark.parametrize('to_float32', [False, True])
def test_image_in_memory(to_float32):
    results = TRANSFORMS.build(dict(type='LoadImage', to_float32=to_float32))(dict(img=IMAGE))
    assert results['img_path'] is None and results['ori_shape'] == (60, 80)
    assert results['img'].dtype == (np.float32 if to_float32 else np.uint8)


@pytest.mark.parametrize(
    'content, message',
    [
        (b'', 'a.img is empty'),
        (b'not an image', 'a.img is damaged, or of a format that is not read'),
        (encode('.jpg')[:-2], 'a.img is truncated$'),
        (encode('.jpg')[: len(encode('.jpg')) // 2], 'a.img is truncated$'),
        (encode('.png')[:200], 'a.img is damaged, or of a format that is not read'),
    ],
)
@pytest.mark.parametrize('backend', ['cv2', 'pillow'])
def test_broken_file_is_named(tmp_path, content, message, backend):
    (tmp_path / 'a.img').write_bytes(content)
    expected = message if backend == 'cv2' else 'a.img'
    with pytest.raises(ValueError, match=expected):
        load(tmp_path / 'a.img', imdecode_backend=backend)
    assert load(tmp_path / 'a.img', ignore_empty=True) is None


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.jpg'):
        load(tmp_path / 'nowhere.jpg')


def test_a_thumbnail_does_not_end_the_image():
    """A JPEG may carry a whole smaller JPEG in its header."""
    whole = encode('.jpg')
    header = b'\xff\xe1' + (2 + len(whole)).to_bytes(2, 'big') + whole
    with_thumbnail = whole[:2] + header + whole[2:]
    assert not _is_truncated_jpeg(with_thumbnail)
    assert not _is_truncated_jpeg(with_thumbnail + b'\0\0')
    assert _is_truncated_jpeg(with_thumbnail[:-20])


def test_real_images_are_whole(shared):
    files = sorted((shared / 'data' / 'coco_mini' / 'train2017').glob('*.jpg'))
    assert len(files) == 40
    assert not any(_is_truncated_jpeg(file.read_bytes()) for file in files)


def turned_file(path):
    """The image, with EXIF saying that it is to be turned by a quarter."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(IMAGE).save(path, exif=exif)
    return path


@pytest.mark.parametrize('color_type, size', [('color', (80, 60)), ('unchanged', (60, 80))])
def test_an_image_is_read_again_as_it_was(tmp_path, color_type, size):
    """A refiner and pictures of predictions see the image that the network saw."""
    path = turned_file(tmp_path / 'a.png')
    seen = load(path, color_type=color_type)
    assert seen['ori_shape'] == size
    sample = TRANSFORMS.build(dict(type='PackPoseInputs'))(seen)['data_samples']
    np.testing.assert_array_equal(whole_image(sample.metainfo), seen['img'])


def test_storage_may_be_given_anew(tmp_path):
    path = turned_file(tmp_path / 'a.png')
    reading = dict(color_type='unchanged', backend_args=dict(backend='nowhere'))
    image = whole_image(dict(img_path=str(path), image_reading=reading), dict(backend='local'))
    assert image.shape == IMAGE.shape


def test_how_a_dataset_reads(tmp_path):
    path = turned_file(tmp_path / 'a.png')
    steps = [dict(type='LoadImage', color_type='unchanged')]
    dataset = SimpleNamespace(pipeline=SimpleNamespace(transforms=[*map(TRANSFORMS.build, steps)]))
    read = dict(img_path=str(path), image_reading=reading_of(dataset))
    assert whole_image(read).shape == IMAGE.shape
    assert reading_of(SimpleNamespace(pipeline=SimpleNamespace(transforms=[]))) == {}
