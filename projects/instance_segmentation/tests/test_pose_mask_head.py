"""Poses and masks from one set of tags."""

import fakes
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from pycocotools import mask as coco_mask
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from two_processes import in_two_processes

from projects.instance_segmentation.models import PoseMaskHead

LABELS = np.zeros(fakes.HEATMAP_SIZE[::-1], np.int32)
LABELS[1:9, 1:6], LABELS[2:9, 9:14] = 1, 2  # around the people of the fakes
MIRRORED = [*fakes.FLIP_INDICES, 3, *(4 + i for i in fakes.FLIP_INDICES), 7]


def head(**options):
    """A head that takes its predictions as they come."""
    options = dict(dict(final_layer=None, decoder=fakes.codec_config()), **options)
    return PoseMaskHead(in_channels=8, **options).eval()


def maps(tags):
    """What a network predicts that knows the people, whose tags are these."""
    made = fakes.perfect_maps('CenterAEHead', fakes.PEOPLE, tags)
    made[0, 3] = torch.from_numpy(LABELS > 0)
    return made


def sample(labels=LABELS, people=fakes.PEOPLE):
    """A sample of the people and their masks."""
    made = fakes.sample(people, instance_categories=np.zeros(len(people), int), sampling_seed=0)
    made.gt_fields = PixelData(instance_map=torch.as_tensor(labels)[None])
    return made


def test_perfect_maps_have_no_loss():
    """Also beside an image of nobody."""
    batch = torch.cat([maps([0.0, 50.0]), torch.zeros(1, 8, *LABELS.shape)])
    losses = head().loss((batch,), [sample(), sample(0 * LABELS, fakes.NOBODY)])
    names = {'loss_kpt', 'loss_pull', 'loss_push', 'loss_mask', 'loss_mask_pull', 'loss_mask_push'}
    assert set(losses) == names
    assert all(loss == 0 for loss in losses.values())


def test_pixels_are_pulled_to_the_keypoints_of_their_person():
    """Pixels have the tag of the other one: of 3 keypoints and 32 pixels each."""
    wrong = maps([0.0, 50.0])
    wrong[:, -1] = 50 - wrong[:, -1]
    losses = head().loss((wrong,), [sample()])
    assert losses['loss_pull'] == losses['loss_push'] == losses['loss_mask'] == 0
    pairs = 2 * 3 * 32 / 35**2  # of a keypoint and a pixel, among all
    assert losses['loss_mask_pull'].item() == pytest.approx(50**2 * pairs)
    assert losses['loss_mask_push'].item() == pytest.approx(2 * pairs)  # twice exp(0)


def test_pixels_are_pulled_by_the_discriminative_loss():
    """All pixels have the tag of the other one; P pixels and 3 keypoints are 50 apart."""
    wrong = maps([0.0, 50.0])
    wrong[:, -1] = 50 - wrong[:, -1]
    built = head(mask_tag_loss=dict(type='DiscriminativeLoss'))
    losses = built.loss((wrong,), [sample()])
    pull, means = 0, []
    for n, tag in ((1, 0), (2, 50)):
        tags = np.repeat([50 - tag, tag], [np.count_nonzero(n == LABELS), 3])
        pull += np.square(np.abs(tags - tags.mean()) - 0.5).mean() / 2
        means.append(tags.mean())
    assert losses['loss_mask_pull'].item() == pytest.approx(pull, rel=1e-5)
    assert losses['loss_mask_size'].item() == pytest.approx(0.001 * np.mean(means), rel=1e-5)
    assert losses['loss_mask_push'] == 0
    right = built.loss((maps([0.0, 50.0]),), [sample()])
    assert right['loss_mask_pull'] == right['loss_mask_push'] == 0


@pytest.mark.parametrize('flip_test', [False, True])
def test_people_have_keypoints_and_masks(flip_test):
    feats = (maps([0.0, 5.0]),)
    feats = [feats, (feats[0][:, MIRRORED].flip(-1),)] if flip_test else feats
    (found,) = head().predict(feats, [sample()], dict(flip_test=flip_test))
    assert len(found.keypoints) == 2
    image = np.kron(LABELS, np.ones((4, 4), int))
    for keypoints, rle in zip(found.keypoints, found.masks):
        n = np.abs(fakes.PEOPLE - keypoints).sum((1, 2)).argmin()
        mask = coco_mask.decode(rle) > 0
        assert mask[image == n + 1].mean() > 0.9 and not mask[image == 2 - n].any()


def test_autocast_keeps_losses_in_float32():
    built = head(final_layer=dict(kernel_size=1))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        losses = built.loss((fakes.features(),), [sample()])
    assert {loss.dtype for loss in losses.values()} == {torch.float32}


class Training(nn.Module):
    """A head that is called for its loss, as estimators are."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.head = head(final_layer=dict(kernel_size=1))

    def forward(self, features, samples):
        """Sum the losses of a batch."""
        return sum(self.head.loss((features,), samples).values())


def gradients(rank):
    """Of the images of a process, every second one; of all without a rank."""
    width, height = fakes.HEATMAP_SIZE
    features = torch.randn(4, 8, height, width, generator=torch.Generator().manual_seed(0))
    nobody = sample(0 * LABELS, fakes.NOBODY)
    samples, own = [sample(), nobody, sample(), nobody], slice(rank, None, 1 if rank is None else 2)
    model = Training()
    step = model if rank is None else DistributedDataParallel(model)
    step(features[own], samples[own]).backward()
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def test_two_processes_train_as_one(tmp_path):
    """Where one of them has nobody, too."""
    expected = gradients(None)
    assert all(gradient.any() for gradient in expected.values())
    for found in in_two_processes(tmp_path, gradients):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-4)
