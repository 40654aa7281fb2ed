"""How the page makes the network's input of a picture, against the pipeline."""

import base64

import cv2
import numpy as np
import pytest
from javascript import run

from mmpose_ae.datasets.transforms import BottomupResize
from mmpose_ae.prediction.regions import pad_long

BODY = """given.images.map(({ data, dims: [height, width] }) => {
    const frame = makeFrame([width, height], given.input);
    const point = toImage({ x: 10, y: 20, score: 1 }, frame);
    const warped = Buffer.from(warp({ data, width, height }, frame)).toString('base64');
    return { size: frame.size, point, warped, edges: edgesOf(frame) };
})"""
SIZES = [(64, 48), (48, 64), (37, 53), (300, 201), (200, 200), (90, 20)]  # w, h
# OpenCV 4 rounds places to 1/32 of a pixel.
MOST = 1 if int(cv2.__version__.split('.')[0]) >= 5 else 255 / 16


def page_inputs(images, **options):
    """What the page makes of pictures (h, w, 3)."""
    opaque = [cv2.cvtColor(image, cv2.COLOR_BGR2BGRA) for image in images]
    found = run('frame.js', 'edgesOf, makeFrame, toImage, warp', BODY, images=opaque, input=options)
    for page in found:
        warped = np.frombuffer(base64.b64decode(page['warped']), np.uint8)
        page['warped'] = warped.reshape(*page['size'][::-1], 3)
    return found


def pipeline_input(image, size, mode, step):
    shape = image.shape[:2]
    resize = BottomupResize(input_size=size, size_factor=step, resize_mode=mode)
    return resize(dict(img=image, img_shape=shape, ori_shape=shape))


def noise(width, height):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize('mode, size', [('expand', (64, 64)), ('fit', (96, 64))])
def test_input_is_that_of_the_pipeline(mode, size):
    images = [noise(*each) for each in SIZES]
    options = dict(size=size, mode=mode, step=32)
    for image, page in zip(images, page_inputs(images, **options), strict=True):
        result = pipeline_input(image, **options)
        assert tuple(page['size']) == result['input_size']
        place = result['frame'].to_image(np.array([10.0, 20.0]))
        assert page['point'] == pytest.approx(dict(x=place[0], y=place[1], score=1), abs=1e-3)
        corners = result['frame'].to_input(np.array([[0, 0], image.shape[1::-1]]) - 0.5)
        assert page['edges'] == pytest.approx(corners.ravel(), abs=1e-3)
        difference = np.abs(page['warped'] - result['img'].astype(float))
        assert difference.max() <= MOST
        assert difference.mean() < MOST / 20


def test_another_mode_is_refused():
    body = """(() => {
        try { return makeFrame([64, 48], given.input); } catch (error) { return error.message; }
    })()"""
    options = dict(size=(64, 64), mode='stretch', step=32)
    message = run('frame.js', 'makeFrame', body, input=options)
    assert message == 'mode of its input is stretch, known are expand,fit'


@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('size', [(200, 20), (20, 200), (201, 3), (160, 20)])
def test_long_pictures_are_padded_as_predictor_does(size, mode):
    options = dict(size=(64, 64), mode=mode, step=32)
    (page,) = page_inputs([noise(*size)], **options)
    result = pipeline_input(pad_long(noise(*size)), **options)
    assert tuple(page['size']) == result['input_size']
    assert page['edges'] == pytest.approx(result['frame'].edges, abs=1e-3)
    assert np.abs(page['warped'] - result['img'].astype(float)).max() <= MOST
