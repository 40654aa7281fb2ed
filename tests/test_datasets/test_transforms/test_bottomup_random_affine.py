"""Random affine maps: image and points move together, parameters are those of HigherHRNet."""

import fakes
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mmengine.registry import DefaultScope
from scipy.stats import kstest

from mmpose_ae.registry import TRANSFORMS

FIXED = dict(shift_prob=0.0, scale_prob=0.0, rotate_prob=0.0)
SIDES = st.integers(120, 260)


def build(input_size, **kwargs):
    return TRANSFORMS.build(dict(type='BottomupRandomAffine', input_size=input_size, **kwargs))


@given(
    size=st.tuples(SIDES, SIDES),
    input_size=st.tuples(SIDES, SIDES),
    position=st.tuples(st.floats(0.42, 0.58), st.floats(0.42, 0.58)),
    scale_type=st.sampled_from(['short', 'long']),
    seed=st.integers(0, 2**31),
)
@settings(deadline=None, max_examples=40)
def test_a_blob_lands_on_its_keypoint(size, input_size, position, scale_type, seed):
    np.random.seed(seed)
    point = np.multiply(size, position).astype(np.float32)
    keypoints = point[None, None]
    results = dict(img=fakes.blob(size, point, 3), img_shape=size[::-1], keypoints=keypoints)
    affine = build(input_size, scale_type=scale_type, shift_factor=0.1, scale_factor=(0.75, 1.25))
    results = affine(results)
    assert results['img'].shape[:2] == input_size[::-1]
    assert results['keypoints'].dtype == np.float32
    moved = results['keypoints'][0, 0]
    reach = 12 * np.linalg.det(results['warp_mat'][:, :2]) ** 0.5  # 4 sigma
    assume((moved > reach).all() and (moved < np.array(input_size) - reach).all())
    assert np.abs(fakes.middle_of(results['img']) - moved).max() < 0.1


@pytest.mark.parametrize('width, height', [(640, 427), (427, 640)])
def test_map_of_the_original(width, height):
    """HigherHRNet: scale by input / (short side * s) about the shifted center, then rotate."""
    np.random.seed(0)
    affine = build((512, 512))
    for _ in range(20):
        params = affine._get_transform_params()
        affine._get_transform_params = lambda params=params: params
        shift, scale, rotation, _ = params
        warp = affine(dict(img=np.zeros((4, 4, 3)), img_shape=(height, width)))['warp_mat']
        del affine._get_transform_params
        region = 427 * scale[0]
        center = np.array([width / 2, height / 2]) + shift * region
        angle = np.deg2rad(rotation)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        expected = turn * 512 / region
        np.testing.assert_allclose(warp[:, :2], expected, atol=1e-5)
        np.testing.assert_allclose(warp @ [*center, 1], [256, 256], atol=1e-2)


@pytest.mark.parametrize('width, height', [(640, 427), (427, 640)])
@pytest.mark.parametrize(
    'relative_to, sides', [('region', (427, 427)), ('image', (640, 427))]
)  # of a wide image
def test_what_the_shift_is_relative_to(width, height, relative_to, sides):
    """A tenth and minus a fifth of these sides, times the scale; the region itself is the same."""
    affine = build((512, 512), shift_relative_to=relative_to)
    affine._get_transform_params = lambda: (np.array([0.1, -0.2]), np.full(1, 1.5), 0.0, None)
    warp = affine(dict(img=np.zeros((4, 4, 3)), img_shape=(height, width)))['warp_mat']
    sides = np.array(sides if width > height else sides[::-1])
    center = [width / 2, height / 2] + 1.5 * sides * [0.1, -0.2]
    np.testing.assert_allclose(warp @ [*center, 1], [256, 256], atol=1e-2)
    np.testing.assert_allclose(np.diag(warp[:, :2]), 512 / (1.5 * 427), rtol=1e-5)


@pytest.mark.parametrize('relative_to, along_x', [('region', 427), ('image', 640)])
def test_shifts_spread_over_what_they_are_relative_to(relative_to, along_x):
    """CoupledEmbedding draws within 40 of 200 of the sides, scaled: uniform in -0.2 to 0.2."""
    np.random.seed(0)
    affine = build((512, 512), shift_relative_to=relative_to, scale_prob=0.0, rotate_prob=0.0)
    warps = np.array([affine._random_warp((427, 640)) for _ in range(1000)])
    shifts = (256 - warps[:, :, 2]) * 427 / 512 - [320, 213.5]
    for values, side in zip(shifts.T, (along_x, 427)):
        assert kstest(values, 'uniform', (-0.2 * side, 0.4 * side)).pvalue > 0.01


def test_nothing_else_can_be_shifted_by():
    with pytest.raises(ValueError, match="shift_relative_to must be one of .*'image'.*'input'"):
        build((512, 512), shift_relative_to='input')


@pytest.mark.parametrize('value', [1.0, (1.5, 0.75), (-1, 1), (1,)])
def test_what_is_no_range_of_scales(value):
    with pytest.raises(ValueError, match='^scale_factor must be two numbers from 0 on, the least'):
        build((512, 512), scale_factor=value)


def test_a_region_is_never_empty():
    with pytest.raises(
        ValueError, match='the least scale_factor must be positive and finite, got 0'
    ):
        build((512, 512), scale_factor=(0, 1))


def test_parameters_are_uniform():
    np.random.seed(0)
    affine = build((512, 512))
    samples = np.array(
        [np.concatenate(affine._get_transform_params()[:3], None) for _ in range(4000)]
    )
    ranges = [(-0.2, 0.2), (-0.2, 0.2), (0.75, 1.5), (-30, 30)]
    for values, (low, high) in zip(samples.T, ranges):
        assert kstest(values, 'uniform', (low, high - low)).pvalue > 0.01


def test_box_and_area_follow():
    results = dict(
        img=np.zeros((100, 200, 3), np.uint8),
        img_shape=(100, 200),
        bbox=np.array([[60, 10, 80, 50]], np.float32),
        area=np.array([300.0], np.float32),
    )
    results = build((50, 50), **FIXED)(results)
    # The middle 100 x 100 pixels are shrunk to half their size.
    np.testing.assert_allclose(results['bbox'], [[5, 5, 15, 25]], atol=1e-4)
    np.testing.assert_allclose(results['area'], [75], rtol=1e-5)
    assert results['area'].dtype == np.float32
    np.testing.assert_allclose(results['warp_mat'], [[0.5, 0, -25], [0, 0.5, 0]], atol=1e-5)


def test_boxes_stay_boxes_when_rotated():
    results = dict(
        img=np.zeros((100, 100, 3), np.uint8),
        img_shape=(100, 100),
        bbox=np.array([[40, 40, 60, 60]], np.float32),
    )
    affine = build((100, 100), **FIXED)
    affine._get_transform_params = lambda: (np.zeros(2), np.ones(1), 45.0, None)
    reach = 10 * 2**0.5
    expected = [[50 - reach, 50 - reach, 50 + reach, 50 + reach]]
    np.testing.assert_allclose(affine(results)['bbox'], expected, atol=1e-3)


def test_sides_of_a_box_turn_with_it():
    """A quarter of the image fills the input: a box of 10 x 30 has sides of 20 and 60."""
    results = dict(
        img=np.zeros((100, 100, 3), np.uint8),
        img_shape=(100, 100),
        bbox=np.array([[40, 30, 50, 60], [0, 0, 100, 50]], np.float32),
    )
    affine = build((100, 100), **FIXED)
    affine._get_transform_params = lambda: (np.zeros(2), np.full(1, 0.5), 33.0, None)
    np.testing.assert_allclose(affine(results)['bbox_scale'], [[20, 60], [200, 100]], atol=1e-3)


def test_scales_of_instances_reach_the_data_sample():
    """The box of 10 x 40 pixels is twice as large in the input, however it is turned or flipped."""
    codec = dict(type='AEDecoder', input_size=(100, 100), heatmap_size=(25, 25))
    affine = build((100, 100), shift_prob=0.0, scale_factor=(0.5, 0.5))
    steps = [
        dict(type='RandomFlip', prob=1.0),
        dict(type='GenerateTarget', encoder=codec),
        dict(type='PackPoseInputs'),
    ]
    results = dict(
        img=np.zeros((100, 100, 3), np.uint8),
        img_shape=(100, 100),
        bbox=np.array([[40, 30, 50, 70]], np.float32),
        keypoints=np.full((1, 2, 2), 50.0),
        keypoints_visible=np.ones((1, 2)),
        flip_indices=[1, 0],
    )
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        results = affine(results)
        for step in steps:
            results = TRANSFORMS.build(step)(results)
    sample = results['data_samples']
    scales = sample.gt_instance_labels.instance_scales  # as MMPose's heads take them
    assert scales.dtype == torch.float32
    assert scales.tolist() == pytest.approx([2 * (10 * 40) ** 0.5 / 100], rel=1e-5)
    # Ours measure the boxes themselves.
    np.testing.assert_allclose(sample.gt_instances.bbox_scales, [[20, 80]], rtol=1e-5)


@pytest.mark.parametrize('num_instances', [None, 0])
def test_images_without_people(num_instances):
    results = dict(img=np.zeros((20, 30, 3), np.uint8), img_shape=(20, 30))
    if num_instances is not None:
        results.update(keypoints=np.zeros((0, 17, 2)), bbox=np.zeros((0, 4)), area=np.zeros(0))
    results = build((16, 16))(results)
    assert results['img'].shape == (16, 16, 3)
    if num_instances is not None:
        assert results['keypoints'].shape == (0, 17, 2) and results['bbox'].shape == (0, 4)
        assert results['bbox_scale'].shape == (0, 2)


def test_outside_is_padded():
    results = dict(img=np.full((100, 50, 3), 9, np.uint8), img_shape=(100, 50))
    img = build((64, 64), pad_val=77, scale_type='long', **FIXED)(results)['img']
    assert (img[:, :14] == 77).all() and (img[:, 18:46] == 9).all() and (img[:, 50:] == 77).all()


@pytest.mark.parametrize('options, message', [
    (dict(input_size=256), r'input_size must be \(width, height\)'),
    (dict(scale_type='shrt'), "scale_type must be .*'short'.*, got 'shrt'"),
    (dict(distribution='normal'), "distribution must be .*'trunc_norm'.*, got 'normal'"),
    (dict(shift_prob=3), 'shift_prob must be a number between 0 and 1, got 3'),
    (dict(rotate_factor='a'), "rotate_factor must be a finite number, got 'a'"),
])  # fmt: skip
def test_what_is_refused_when_it_is_built(options, message):
    with pytest.raises(ValueError, match=message):
        build(**{'input_size': (64, 64), **options})
