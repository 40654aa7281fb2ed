"""Masks: crowds and unlabelled people of real and drawn annotations, through warp and flip."""

import json

import numpy as np
import pytest

from mmpose_ae.datasets.transforms.bottomup_get_heatmap_mask import _follow_image
from mmpose_ae.frame import Frame
from mmpose_ae.registry import TRANSFORMS

HEIGHT, WIDTH = 60, 80


def make_mask(results, stride=1, **options):
    """The mask of an image with its pixels, unless another stride is asked for."""
    results = {'ori_shape': (HEIGHT, WIDTH), **results}
    step = TRANSFORMS.build(dict(type='BottomupGetHeatmapMask', stride=stride, **options))
    return step(results)['heatmap_mask']


def unlabelled(**kwargs):
    return dict(dict(id=5, image_id=9, iscrowd=0, keypoints=[0] * 6), **kwargs)


def labelled(box):
    return dict(id=6, image_id=9, iscrowd=0, keypoints=[9, 9, 2, 0, 0, 0], bbox=box)


def rectangle(x0, y0, x1, y1):
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


@pytest.mark.parametrize('image_id, pixels', [(433998, 3188), (129648, 20013), (538113, 48884)])
def test_crowds_and_unlabelled_people_of_coco(shared, image_id, pixels):
    """Pixels counted with the COCO API: the union of RLE crowds and unlabelled outlines."""
    path = shared / 'data' / 'coco_mini' / 'annotations' / 'person_keypoints_train2017.json'
    content = json.loads(path.read_text())
    image = next(img for img in content['images'] if img['id'] == image_id)
    anns = [ann for ann in content['annotations'] if ann['image_id'] == image_id]
    image = dict(ori_shape=(image['height'], image['width']), raw_ann_info=anns)
    assert np.count_nonzero(~make_mask(image)) == pixels
    assert np.count_nonzero(make_mask(image, get_invalid=True)) == pixels


def test_a_box_stands_in_for_a_missing_segmentation():
    anns = [unlabelled(bbox=[10, 20, 30, 10]), labelled([50, 0, 10, 10])]
    mask = make_mask(dict(raw_ann_info=anns))
    expected = np.ones((1, HEIGHT, WIDTH), bool)
    expected[:, 20:30, 10:40] = False
    np.testing.assert_array_equal(mask, expected)
    assert mask.dtype == bool
    assert make_mask(dict(raw_ann_info=anns), use_bbox=False).all()


def test_a_labelled_person_stays_supervised_in_the_box_of_another():
    anns = [unlabelled(bbox=[-5.2, 20, 45.2, 90]), labelled([30, 10, 20, 20])]
    expected = np.ones((HEIGHT, WIDTH), bool)
    expected[20:, :40] = False
    expected[20:30, 30:40] = True
    np.testing.assert_array_equal(make_mask(dict(raw_ann_info=anns))[0], expected)


def test_an_outlined_crowd_is_left_out_even_over_a_labelled_person():
    crowd = unlabelled(iscrowd=1, segmentation=rectangle(20, 20, 40, 40), bbox=[0, 0, 80, 60])
    expected = np.ones((HEIGHT, WIDTH), bool)
    expected[20:40, 20:40] = False
    anns = [crowd, labelled([10, 10, 20, 20])]
    np.testing.assert_array_equal(make_mask(dict(raw_ann_info=anns))[0], expected)


@pytest.mark.parametrize('raw_ann_info', [None, []])
def test_images_without_people_are_supervised_everywhere(raw_ann_info):
    assert make_mask(dict(raw_ann_info=raw_ann_info)).all()


def test_cells_mostly_left_out_are_left_out():
    """Three quarters of a pixel to the side the middle cell is a quarter of what is supervised."""
    mask = np.array([[1, 1, 0, 0]], np.float32).repeat(3, axis=0)
    frame = Frame(np.array([[1, 0, -0.75], [0, 1, 0]]), (4, 3), (4, 3))
    assert _follow_image(mask, frame, (4, 3))[0, 1].tolist() == [True, False, False, False]


@pytest.mark.parametrize('direction', [None, 'horizontal', 'vertical'])
def test_warp_flip_and_resolutions(direction):
    """Every cell is carried back to the image, where its center is inside the hole or not."""
    warp_mat = np.array([[0.9, 0.5, -6.0], [-0.5, 0.9, 40.0]])
    heatmaps = [np.zeros((3, 24, 32)), np.zeros((3, 48, 64))]
    masks = make_mask(
        dict(
            raw_ann_info=[unlabelled(segmentation=rectangle(20, 10, 60, 50))],
            input_size=(128, 96),
            warp_mat=warp_mat,
            flip=direction is not None,
            flip_direction=direction,
            heatmaps=heatmaps,
        )
    )
    assert [mask.shape for mask in masks] == [(1, 24, 32), (1, 48, 64)]
    for mask in masks:
        stride = 128 / mask.shape[2]
        y, x = np.mgrid[: mask.shape[1], : mask.shape[2]] * stride + (stride - 1) / 2
        x = 127 - x if direction == 'horizontal' else x
        y = 95 - y if direction == 'vertical' else y
        points = np.stack([x, y], -1) - warp_mat[:, 2]
        x, y = np.moveaxis(points @ np.linalg.inv(warp_mat[:, :2]).T, -1, 0)
        # Distances to the borders of image and hole; cells on a border may fall either way.
        image = np.minimum.reduce([x + 0.5, WIDTH - 0.5 - x, y + 0.5, HEIGHT - 0.5 - y])
        hole = np.minimum.reduce([x - 19.5, 59.5 - x, y - 9.5, 49.5 - y])
        sure = np.minimum(abs(image), abs(hole)) > 1
        assert sure.mean() > 0.75
        np.testing.assert_array_equal(mask[0][sure], ((image > 0) & (hole < 0))[sure])
        assert 0.1 < mask.mean() < 0.9


@pytest.mark.parametrize('stride, size', [(2, (30, 40)), (3, (20, 27)), (4, (15, 20))])
def test_masks_are_coarser_than_the_input(stride, size):
    """What is left out is a square of 24 pixels at a corner of cells of any of these sizes."""
    anns = [unlabelled(segmentation=rectangle(24, 12, 48, 36))]
    mask = make_mask(dict(raw_ann_info=anns), stride)
    assert mask.shape == (1, *size)
    expected = np.ones(size, bool)
    expected[12 // stride : 36 // stride, 24 // stride : 48 // stride] = False
    np.testing.assert_array_equal(mask[0], expected)


def test_the_default_is_half_of_the_input():
    step = TRANSFORMS.build(dict(type='BottomupGetHeatmapMask'))
    mask = step(dict(ori_shape=(61, 80), raw_ann_info=[]))['heatmap_mask']
    assert mask.shape == (1, 31, 40)  # as high as the input is


def test_a_stride_below_one_is_refused():
    with pytest.raises(ValueError, match='stride must be a whole number from 1 on, got 0'):
        make_mask(dict(raw_ann_info=[]), 0)


def test_padding_is_left_out():
    frame = Frame.whole((WIDTH, HEIGHT)).then(np.eye(2, 3), (100, 100))
    mask = make_mask(dict(raw_ann_info=[], frame=frame))[0]
    assert mask[:HEIGHT, :WIDTH].all()
    assert not mask[HEIGHT:].any() and not mask[:, WIDTH:].any()


def test_malformed_segmentations_are_named():
    bad = unlabelled(segmentation=dict(counts=[1, 2], size=[HEIGHT, WIDTH]))
    with pytest.raises(ValueError, match='annotation 5 in image 9: RLE counts .* of 4800'):
        make_mask(dict(raw_ann_info=[bad]))
