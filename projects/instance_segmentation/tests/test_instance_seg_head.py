"""The heads: targets, what they are trained towards, and how they decode."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmpose.structures import PoseDataSample
from pycocotools import mask as coco_mask
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from two_processes import in_two_processes

from mmpose_ae.engine import EpochSeedHook, epoch_seed_hook
from mmpose_ae.frame import Frame
from mmpose_ae.registry import MODELS
from projects.instance_segmentation.models.mask_targets import gather_masks


def sample(labels, categories, side=32, seed=0):
    """A sample of an image that is the input."""
    shape = (side, side)
    info = dict(
        img_shape=shape,
        frame=Frame.whole(shape),
        instance_categories=np.array(categories),
        sampling_seed=seed,
    )
    result = PoseDataSample(metainfo=info)
    result.gt_fields = PixelData(instance_map=torch.as_tensor(labels)[None])
    return result


LABELS = torch.zeros(8, 8, dtype=torch.int32)
LABELS[:4, :4], LABELS[:4, 4:], LABELS[4:, :4], LABELS[7] = 1, 2, 3, -1


def perfect(labels, num_categories, categories, tags):
    """Maps that know the instances: detections and, as l * C + c, tags of one dimension."""
    targets = gather_masks([sample(labels, categories)], num_categories, (8, 8), 'cpu')
    maps = torch.zeros(1, num_categories, 8, 8)
    for mask, category, tag in zip(targets.instances[0].masks, categories, tags):
        maps[0, category, mask] = tag
    return torch.cat([targets.detections, maps], dim=1)


def build_head(**options):
    """A head that takes its predictions as they come."""
    kwargs = dict(dict(in_channels=4, num_categories=2, final_layer=None), **options)
    return MODELS.build(dict(type='mmpose_ae.InstanceSegHead', **kwargs)).eval()


def test_targets():
    targets = gather_masks([sample(LABELS, [0, 0, 1])], 2, (8, 8), 'cpu')
    assert targets.detections[0].sum((1, 2)).tolist() == [32, 12]
    assert not targets.mask[0, 0, 7].any() and targets.mask[0, 0, :7].all()
    assert [int(m.sum()) for m in targets.instances[0].masks] == [16, 16, 12]
    with pytest.raises(ValueError, match=r'\(8, 8\), but those of the network are \(16, 16\)'):
        gather_masks([sample(LABELS, [0])], 1, (16, 16), 'cpu')


def test_categories_that_the_network_lacks_are_named():
    match = 'category 2, the first being 0, .* at least 3 classes, .* num_categories=2'
    with pytest.raises(ValueError, match=match):
        gather_masks([sample(LABELS, [0, 2, 1])], 2, (8, 8), 'cpu')


@pytest.mark.parametrize('missing', ['gt_fields', 'instance_map', 'instance_categories'])
def test_a_pipeline_without_instances_is_named(missing):
    made = sample(LABELS, [0, 0, 1])
    delattr(made.gt_fields if missing == 'instance_map' else made, missing)
    with pytest.raises(ValueError, match='no instance_map to train on: .* lacks LoadInstanceMap'):
        gather_masks([made], 2, (8, 8), 'cpu')


def test_pixels_are_drawn_by_image_and_epoch(monkeypatch):
    """Whichever process has the image."""

    def seed_of(image, epoch, rank=0):
        monkeypatch.setattr(epoch_seed_hook, 'get_rank', lambda: rank)
        EpochSeedHook().before_train_epoch(SimpleNamespace(seed=7, epoch=epoch, train_loop=None))
        targets = gather_masks([sample(LABELS, [0, 0, 1], seed=image)], 2, (8, 8), 'cpu')
        return targets.instances[0].seed

    assert seed_of(5, 0) == seed_of(5, 0, rank=3)
    assert len({seed_of(image, epoch) for image in (5, 90) for epoch in range(3)}) == 6


def test_perfect_maps_have_no_loss():
    """Of two stacks, and a batch of an image with instances and one with none."""
    maps = perfect(LABELS, 2, [0, 0, 1], [0.0, 50.0, 3.0])
    batch = torch.cat([maps, torch.zeros_like(maps)])
    empty = torch.zeros(8, 8, dtype=torch.int32)
    samples = [sample(LABELS, [0, 0, 1]), sample(empty, [])]
    head = build_head(num_stacks=2)
    losses = head.loss((batch, batch), samples)
    assert set(losses) == {'loss_detection', 'loss_pull', 'loss_push'}
    assert all(loss == 0 for loss in losses.values())
    wrong = head.loss((batch, 0 * batch), samples)  # the mean of a perfect stack and another
    assert wrong['loss_push'] > 0
    covered = 44 / (2 * 2 * 64 - 2 * 8)  # of the supervised cells of both maps and images
    assert wrong['loss_detection'] == pytest.approx(covered / 2)


@pytest.mark.parametrize('options', [dict(), dict(flip_test=True)])
def test_instances_are_found(options):
    maps = perfect(LABELS, 2, [0, 0, 1], [0.0, 5.0, 3.0])
    feats = [(maps,), (maps.flip(-1),)] if options else (maps,)
    found, fields = build_head().predict(feats, [sample(LABELS, [0, 0, 1])], options)
    assert fields is None
    assert sorted(found[0].labels) == [0, 0, 1]
    image = np.kron(LABELS.numpy(), np.ones((4, 4), int))
    for rle, label in zip(found[0].masks, found[0].labels):
        mask = coco_mask.decode(rle) > 0
        (own,) = {1, 2, 3} & set(image[mask])
        assert label == (own == 3)
        assert (mask != (image == own)).sum() <= 16  # a row of pixels, where 0.5 is on an edge


def test_logits_are_read_as_such():
    """A map of 0.6 is above the threshold 0.5 as it is, and as logit; one of -0.1 is neither."""
    for kind, value, count in (('mse', 0.6, 1), ('bce', 0.1, 1), ('mse', 0.1, 0), ('bce', -0.1, 0)):
        maps = torch.cat([torch.full((1, 1, 8, 8), value), torch.full((1, 1, 8, 8), -9.0)], 1)
        maps = torch.cat([maps, torch.zeros(1, 2, 8, 8)], 1)
        head = build_head(detection_loss=dict(kind=kind))
        (found,), _ = head.predict((maps,), [sample(LABELS, [])])
        assert len(found.masks) == count


def test_maps_can_be_had():
    maps = perfect(LABELS, 2, [0, 0, 1], [0.0, 5.0, 3.0])
    samples = [sample(LABELS, [0, 0, 1])]
    _, (fields,) = build_head().predict((maps,), samples, dict(output_heatmaps=True))
    torch.testing.assert_close(torch.cat([fields.heatmaps, fields.tags]), maps[0])
    with pytest.raises(TypeError, match='no option align_corners'):
        build_head().predict((maps,), samples, dict(align_corners=True))


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('kind', ['PixelGroupingLoss', 'DiscriminativeLoss'])
def test_autocast_trains_as_float32(kind, dtype):
    """Only the layer before the losses is computed in half precision."""
    torch.manual_seed(0)
    head = build_head(final_layer=dict(kernel_size=1), tag_loss=dict(type=kind))
    torch.nn.init.normal_(head.final_layer.weight)
    feats, found = (torch.randn(2, 4, 8, 8),), []
    for half in (False, True):
        with torch.autocast('cpu', dtype=dtype, enabled=half):
            losses = head.loss(feats, [sample(LABELS, [0, 0, 1]), sample(LABELS, [0, 0, 0])])
        (gradient,) = torch.autograd.grad(sum(losses.values()), head.final_layer.weight)
        found.append((losses, gradient))
    (expected, gradient), (losses, of_half) = found
    torch.testing.assert_close(losses, expected, rtol=0.01, atol=1e-5)  # float32 of both
    torch.testing.assert_close(of_half, gradient, rtol=0.05, atol=0.01 * gradient.abs().max())


class Training(nn.Module):
    """A head that is called for its loss, as estimators are."""

    def __init__(self, kind):
        super().__init__()
        torch.manual_seed(0)
        self.head = build_head(final_layer=dict(kernel_size=1), tag_loss=dict(type=kind))

    def forward(self, features, samples):
        """Sum the losses of a batch."""
        return sum(self.head.loss((features,), samples).values())


def gradients(rank):
    """Of the images of a process, every second one; of all without a rank."""
    features = torch.randn(4, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    categories = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 0, 1]]
    samples = [sample(LABELS, own, seed=seed) for seed, own in enumerate(categories)]
    own, found = slice(rank, None, 1 if rank is None else 2), {}
    for kind in ('PixelGroupingLoss', 'DiscriminativeLoss'):
        model = Training(kind)
        step = model if rank is None else DistributedDataParallel(model)
        step(features[own], samples[own]).backward()
        found[kind] = {name: parameter.grad for name, parameter in model.named_parameters()}
    return found


def test_two_processes_train_as_one(tmp_path):
    """Pixels are drawn from the seed of their image, whichever process has it."""
    expected = gradients(None)
    assert all(gradient.any() for of_kind in expected.values() for gradient in of_kind.values())
    for found in in_two_processes(tmp_path, gradients):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize('option', ['upsample', 'heatmap_scale'])
def test_masks_refuse_what_is_of_keypoints_alone(option):
    with pytest.raises(TypeError, match=f'no option {option}'):
        MODELS.build(dict(type='PoseMaskHead', in_channels=8, num_keypoints=3, **{option: {}}))
    with pytest.raises(TypeError, match=f'no option {option}'):
        MODELS.build(dict(type='InstanceSegHead', in_channels=8, num_categories=1, **{option: {}}))


def test_channels_are_those_of_categories():
    with pytest.raises(ValueError, match='but 2 categories need 18'):
        build_head(tag_dim=8)
