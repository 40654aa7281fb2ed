"""One frame follows an image through any pipeline: a bright pixel is where the frame says."""

import fakes
import numpy as np
import pytest
from mmcv.transforms import Compose
from mmengine.registry import DefaultScope

from mmpose_ae.datasets.transforms.frames import frame_of
from mmpose_ae.registry import TRANSFORMS

SIZE = (90, 61)
PIXEL = (52, 27)
# Enlarged, so that what is left of one pixel has a middle that can be measured.
AFFINE = dict(
    type='BottomupRandomAffine',
    input_size=(160, 128),
    scale_factor=(0.6, 0.8),
    shift_factor=0.05,
    rotate_factor=40,
)
FLIP = dict(type='RandomFlip', prob=1.0)
RESIZE = dict(type='BottomupResize', input_size=(192, 160), size_factor=32)
LOAD, PACK = dict(type='LoadImage'), dict(type='PackPoseInputs')
MASK = dict(type='BottomupGetHeatmapMask', stride=1)


def of_mmpose(step):
    """The transform of MMPose with that name."""
    return dict(step, type=f'mmpose.{step["type"]}')


def mmpose_affine(**changes):
    """MMPose's affine map, which knows no distribution other than its own."""
    return dict(of_mmpose(AFFINE), **changes)


@pytest.fixture(autouse=True)
def scope():
    np.random.seed(0)
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield


def run(*steps, **results):
    """Send an image with one bright pixel through a pipeline; its keypoint is that pixel."""
    image = np.zeros((*SIZE[::-1], 3), np.float32)
    image[PIXEL[1], PIXEL[0]] = 200.5  # not whole, so that it stays float32
    results = dict(
        img=image,
        flip_indices=[1, 0],
        keypoints=np.full((1, 2, 2), PIXEL, np.float32),
        keypoints_visible=np.ones((1, 2), np.float32),
        **results,
    )
    return Compose([TRANSFORMS.build(step) for step in (LOAD, *steps)])(results)


PIPELINES = dict(
    nothing=[],
    affine=[AFFINE],
    affine_flip=[AFFINE, FLIP],
    flip_affine=[FLIP, AFFINE],
    flip_affine_vertical=[FLIP, AFFINE, dict(FLIP, direction='vertical')],
    twice=[FLIP, FLIP],
    diagonal=[AFFINE, dict(FLIP, direction='diagonal')],
    no_flip=[AFFINE, dict(FLIP, prob=0.0)],
    resize=[RESIZE],
    flip_resize=[FLIP, RESIZE],
    affine_flip_resize=[AFFINE, FLIP, RESIZE],
    resize_flip=[RESIZE, FLIP],
    affine_twice=[AFFINE, dict(AFFINE, input_size=(224, 256))],
    mmpose_affine=[mmpose_affine()],
    mmpose_affine_flip=[mmpose_affine(), of_mmpose(FLIP)],
    mmpose_affine_our_flip=[mmpose_affine(), FLIP],
    mmpose_affine_no_flip=[mmpose_affine(), dict(FLIP, prob=0.0)],
    mmpose_flip_our_affine=[of_mmpose(FLIP), AFFINE],
    mmpose_flip_no_flip=[of_mmpose(FLIP), dict(FLIP, prob=0.0)],
    mmpose_resize=[of_mmpose(RESIZE)],
    mmpose_resize_our_flip=[of_mmpose(RESIZE), FLIP],
    mmpose_resize_flip=[of_mmpose(RESIZE), of_mmpose(FLIP)],
)


@pytest.mark.parametrize('name', PIPELINES)
def test_the_bright_pixel_is_where_the_frame_says(name):
    results = run(*PIPELINES[name])
    frame = frame_of(results)
    seen = fakes.middle_of(results['img'])
    # OpenCV warps in steps of a 32nd of a pixel, here twice at most.
    np.testing.assert_allclose(frame.to_input(np.array(PIXEL)), seen, atol=0.1)
    np.testing.assert_allclose(frame.to_image(seen), PIXEL, atol=0.1)
    assert frame.image_size == SIZE
    assert frame.input_size == results['img'].shape[1::-1]


@pytest.mark.parametrize('name', [n for n in PIPELINES if 'mmpose' not in n and 'resize' not in n])
def test_keypoints_follow_the_frame(name):
    """Left and right change their names with a mirror; here they are the same pixel."""
    results = run(*PIPELINES[name])
    expected = frame_of(results).to_input(np.full((1, 2, 2), PIXEL, float))
    np.testing.assert_allclose(results['keypoints'], expected, atol=1e-3)
    assert results['img_shape'] == results['img'].shape[:2]


def test_the_packed_sample_has_the_frame():
    """Also without any transform of ours before it; an image as it came is its own input."""
    for steps in ([AFFINE, FLIP], [mmpose_affine(), of_mmpose(FLIP)], [RESIZE], []):
        np.random.seed(0)
        expected = frame_of(run(*steps))
        np.random.seed(0)
        kept = run(*steps, PACK)['data_samples'].metainfo['frame']
        np.testing.assert_array_equal(kept.matrix, expected.matrix)
        assert kept[1:] == expected[1:]
    assert kept[1:] == (SIZE, SIZE) and (kept.matrix == np.eye(2, 3)).all()


@pytest.mark.parametrize(
    'steps',
    [
        [AFFINE, FLIP],
        [FLIP, AFFINE],
        [mmpose_affine(), of_mmpose(FLIP)],
        [mmpose_affine(), FLIP],
        [of_mmpose(FLIP), AFFINE],
    ],
)
def test_masks_follow_the_frame(steps):
    """A crowd covers the left 40 columns: the pixels that come from there are left out."""
    crowd = dict(iscrowd=1, segmentation=[[0, 0, 40, 0, 40, 61, 0, 61]])
    results = run(*steps, MASK, raw_ann_info=[crowd])
    mask, frame = results['heatmap_mask'][0], frame_of(results)
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    source = frame.to_image(np.stack([x, y], axis=-1))
    edges = np.abs(source[..., :1] - [-0.5, 39.5, SIZE[0] - 0.5]).min(-1)
    edges = np.minimum(edges, np.abs(source[..., 1:] - [-0.5, SIZE[1] - 0.5]).min(-1))
    shown = (source > -0.5).all(-1) & (source < np.subtract(SIZE, 0.5)).all(-1)
    expected = shown & (source[..., 0] > 39.5)
    sure = edges > 0.5  # whatever lies on an edge may fall either way
    np.testing.assert_array_equal(mask[sure], expected[sure])
    assert 0.1 < mask.mean() < 0.9 and sure.mean() > 0.9


def test_every_scale_of_a_pyramid_shows_what_the_frame_says():
    """After a flip, too: scale s of the input is resized with its corners in place."""
    results = run(FLIP, dict(RESIZE, aug_scales=[0.5, 2]))
    at = results['frame'].to_input(np.array(PIXEL))
    for image, scale in zip(results['img'], (1, 0.5, 2)):
        seen = (fakes.middle_of(image) + 0.5) / scale - 0.5
        np.testing.assert_allclose(seen, at, atol=0.3 if scale < 1 else 0.1)
