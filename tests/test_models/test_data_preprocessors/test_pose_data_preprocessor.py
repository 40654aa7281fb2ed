"""Batches of images as in MMPose; pyramids whose scales stay aligned."""

import fakes
import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmpose.models.data_preprocessors import PoseDataPreprocessor as MMPosePoseDataPreprocessor
from mmpose.structures import PoseDataSample

from mmpose_ae.registry import MODELS, TRANSFORMS

SETTINGS = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True)


def build(**kwargs):
    return MODELS.build(dict(type='PoseDataPreprocessor', **SETTINGS, **kwargs))


def collate(*images, **metainfo):
    """What a data loader makes of images or pyramids, one per sample."""
    return pseudo_collate(
        [dict(inputs=i, data_samples=PoseDataSample(metainfo=metainfo)) for i in images]
    )


def random_image(height, width):
    return torch.from_numpy(fakes.image((width, height))).permute(2, 0, 1)


@pytest.mark.parametrize('divisor', [1, 32])
def test_images_of_one_size_as_mmpose(divisor):
    data = collate(random_image(40, 33), random_image(40, 33))
    kwargs = dict(pad_size_divisor=divisor, pad_value=7)
    ours, theirs = build(**kwargs)(data), MMPosePoseDataPreprocessor(**SETTINGS, **kwargs)(data)
    assert torch.equal(ours['inputs'], theirs['inputs'])
    assert ours['data_samples'][0].metainfo == theirs['data_samples'][0].metainfo


def test_smaller_images_of_a_batch_are_filled_up_with_black():
    """The rest up to the divisor is padded after normalizing, as in MMPose."""
    images = [random_image(40, 64), random_image(60, 33)]
    inputs = build(pad_size_divisor=32, pad_value=7)(collate(*images))['inputs']
    assert inputs.shape == (2, 3, 64, 64)
    mean, std = (torch.tensor(SETTINGS[k]).view(3, 1, 1) for k in ('mean', 'std'))
    torch.testing.assert_close(inputs[0, :, :40], (images[0].flip(0) - mean) / std)
    torch.testing.assert_close(inputs[0, :, 40:60], (-mean / std).expand(3, 20, 64))
    torch.testing.assert_close(inputs[1, :, :60, 33:], (-mean / std).expand(3, 60, 31))
    assert (inputs[:, :, 60:] == 7).all()


def test_a_batch_of_pyramids_as_the_pipeline_makes_them():
    resize = TRANSFORMS.build(
        dict(type='BottomupResize', input_size=(64, 64), size_factor=16, aug_scales=[0.5, 2])
    )
    pack = TRANSFORMS.build(dict(type='PackPoseInputs'))
    samples = []
    for size in ((50, 90), (90, 50)):
        image = np.full((*size, 3), 128, np.uint8)
        samples.append(pack(resize(dict(img=image, ori_shape=size, img_shape=size))))
    base = [sample['inputs'][0].shape[1:] for sample in samples]
    assert base == [(64, 128), (128, 64)]
    batch = build(pad_size_divisor=16)(pseudo_collate(samples))
    assert [tuple(t.shape) for t in batch['inputs']] == [
        (2, 3, 128, 128),
        (2, 3, 64, 64),
        (2, 3, 256, 256),
    ]
    for i, sample in enumerate(batch['data_samples']):
        assert sample.metainfo['batch_input_shape'] == (128, 128)
        single = build(pad_size_divisor=16)(pseudo_collate(samples[i : i + 1]))
        for scale, alone in zip(batch['inputs'], single['inputs']):
            height, width = alone.shape[-2:]
            torch.testing.assert_close(scale[i, :, :height, :width], alone[0])


@pytest.mark.parametrize('divisor', [1, 32, 64])
def test_every_scale_is_padded_to_its_multiple_of_the_base(divisor):
    pyramids = [
        [random_image(h, w), random_image(h // 2, w // 2)] for h, w in ((96, 96), (64, 160))
    ]
    data = build(pad_size_divisor=divisor, pad_value=7)(collate(*pyramids, aug_scales=[0.5]))
    base, half = (np.array(t.shape[-2:]) for t in data['inputs'])
    assert (base >= [96, 160]).all() and (base < np.array([96, 160]) + 2 * divisor + 1).all()
    np.testing.assert_array_equal(base, half * 2)
    assert not (half % divisor).any()
    mean, std = (torch.tensor(SETTINGS[k]).view(3, 1, 1) for k in ('mean', 'std'))
    for scale, (height, width) in zip(data['inputs'], ((96, 160), (48, 80))):
        assert (scale[:, :, height:] == 7).all() and (scale[:, :, :, width:] == 7).all()
        filled = scale[1, :, height * 2 // 3 : height, :width]
        torch.testing.assert_close(filled, (-mean / std).expand_as(filled))
    assert data['data_samples'][1].metainfo['batch_input_shape'] == tuple(base)
