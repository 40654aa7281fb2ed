"""Flips of inputs that are not square: image, keypoints, boxes and mask stay together."""

import numpy as np
import pytest

from mmpose_ae.registry import TRANSFORMS

WIDTH, HEIGHT = 48, 32


@pytest.mark.parametrize('direction', ['horizontal', 'vertical', 'diagonal'])
@pytest.mark.parametrize('with_input_size', [True, False])
def test_one_bright_pixel_per_keypoint(direction, with_input_size):
    points = np.array([[[3, 5], [40, 30]], [[0, 0], [47, 31]]], np.float32)
    img = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for i, (x, y) in enumerate(points.reshape(-1, 2).astype(int)):
        img[y, x] = i + 1
    results = dict(
        img=img,
        img_shape=(HEIGHT, WIDTH),
        keypoints=points,
        keypoints_visible=np.array([[1, 0], [1, 1]], np.float32),
        bbox=np.array([[3, 5, 40, 30]], np.float32),
        flip_indices=[1, 0],
    )
    if with_input_size:
        results.update(input_size=(WIDTH, HEIGHT), img_shape=(300, 200))
    flipped = TRANSFORMS.build(dict(type='RandomFlip', prob=1.0, direction=direction))(results)
    assert flipped['img'].flags.c_contiguous
    colors = [flipped['img'][int(y), int(x), 0] for x, y in flipped['keypoints'].reshape(-1, 2)]
    # A half turn keeps left and right, a mirror swaps the keypoints of each instance.
    assert colors == ([1, 2, 3, 4] if direction == 'diagonal' else [2, 1, 4, 3])
    visible = [[1, 0], [1, 1]] if direction == 'diagonal' else [[0, 1], [1, 1]]
    np.testing.assert_array_equal(flipped['keypoints_visible'], visible)
    corners = sorted(flipped['keypoints'][0].tolist())
    x0, y0, x1, y1 = flipped['bbox'][0]
    assert [min(c[0] for c in corners), max(c[0] for c in corners)] == [x0, x1]
    assert [min(c[1] for c in corners), max(c[1] for c in corners)] == [y0, y1]
    if with_input_size:
        assert flipped['input_size'] == (WIDTH, HEIGHT)


def test_mask_follows_the_image():
    """The lower left quarter is a crowd: after a flip it is the lower right of image and mask."""
    img = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    img[16:, :24] = 255
    crowd = dict(iscrowd=1, segmentation=[[0, 16, 24, 16, 24, 32, 0, 32]])
    results = dict(
        img=img,
        img_shape=(HEIGHT, WIDTH),
        ori_shape=(HEIGHT, WIDTH),
        raw_ann_info=[crowd],
        flip_indices=[0],
    )
    results = TRANSFORMS.build(dict(type='RandomFlip', prob=1.0))(results)
    results = TRANSFORMS.build(dict(type='BottomupGetHeatmapMask', stride=1))(results)
    np.testing.assert_array_equal(results['heatmap_mask'][0], results['img'][..., 0] == 0)
    assert not results['heatmap_mask'][0, 16:, 24:].any()


def test_no_flip_and_no_people():
    results = dict(img=np.zeros((4, 6, 3)), img_shape=(4, 6), input_size=(6, 4), flip_indices=[0])
    assert TRANSFORMS.build(dict(type='RandomFlip', prob=0.0))(dict(results))['flip'] is False
    assert TRANSFORMS.build(dict(type='RandomFlip', prob=1.0))(dict(results))['flip'] is True
