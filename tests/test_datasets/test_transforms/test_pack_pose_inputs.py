"""Packing: single images as MMPose, pyramids as lists, broken pixels refused."""

import fakes
import numpy as np
import pytest
import torch
from mmpose.datasets.transforms import PackPoseInputs as MMPosePackPoseInputs

from mmpose_ae.registry import TRANSFORMS


@pytest.fixture
def pack():
    return TRANSFORMS.build(dict(type='PackPoseInputs'))


def test_single_image_as_mmpose(pack):
    results = dict(img=fakes.image((6, 4)), img_path='a.jpg', keypoints=np.ones((2, 3, 2)))
    ours, theirs = pack(results), MMPosePackPoseInputs()(results)
    assert torch.equal(ours['inputs'], theirs['inputs'])
    sample, reference = ours['data_samples'], theirs['data_samples']
    assert sample.metainfo == reference.metainfo
    np.testing.assert_array_equal(sample.gt_instances.keypoints, reference.gt_instances.keypoints)


def test_pyramid_of_unequal_images(pack):
    images = [fakes.image((6, 4)), fakes.image((3, 2)), fakes.image((12, 8))]
    inputs = pack(dict(img=images))['inputs']
    assert isinstance(inputs, list)
    for tensor, image in zip(inputs, images):
        np.testing.assert_array_equal(tensor.numpy(), image.transpose(2, 0, 1))


def test_what_testing_needs_is_kept(pack):
    meta = dict(
        input_size=(6, 4),
        input_center=np.zeros(2),
        input_scale=np.ones(2),
        aug_scales=[0.5],
        flip_indices=[1, 0],
        crowd_index=[0.3],
        raw_ann_info=[dict(id=1)],
        dataset_name='coco',
        skeleton_links=[(0, 1)],
        img_id=3,
        ori_shape=(4, 6),
    )
    results = dict(img=fakes.image((6, 4)), unknown=1, **meta)
    kept = pack(results)['data_samples'].metainfo
    assert set(kept) == {*meta, 'frame'}
    assert 'frame' not in results


def test_the_frame_is_kept(pack):
    """The one of the pipeline, or else what transforms of MMPose say; none without an image."""
    image, frame = fakes.image((6, 4)), fakes.frame((12, 8), (6, 4))
    results = dict(img=image, ori_shape=(8, 12))
    assert pack(dict(results, frame=frame))['data_samples'].metainfo['frame'] is frame
    box = dict(input_size=(6, 4), input_center=np.array([6, 4]), input_scale=np.array([12, 8]))
    kept = pack(dict(results, **box))['data_samples'].metainfo['frame']
    np.testing.assert_allclose(kept.matrix, frame.matrix)
    np.testing.assert_allclose(kept.to_input(np.array([6, 4])), [3, 2])
    assert (kept.image_size, kept.input_size) == ((12, 8), (6, 4))
    assert 'frame' not in pack(dict(img=image))['data_samples'].metainfo


@pytest.mark.parametrize('value', [np.nan, np.inf])
@pytest.mark.parametrize('in_pyramid', [False, True])
def test_broken_pixels_name_the_file(pack, value, in_pyramid):
    image = fakes.image((6, 4), np.float32)
    assert pack(dict(img=image))['inputs'].dtype == torch.float32
    image[1, 2, 0] = value
    img = [fakes.image((3, 2), np.float32), image] if in_pyramid else image
    with pytest.raises(ValueError, match='image some/file.npy has NaN or infinite'):
        pack(dict(img=img, img_path='some/file.npy'))
