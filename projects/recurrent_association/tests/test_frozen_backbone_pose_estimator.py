"""The estimator: what is frozen and loaded, and training in several processes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from torch.nn.parallel import DistributedDataParallel
from two_processes import in_two_processes

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.registry import MODELS
from projects.recurrent_association import models  # noqa: F401  (registers the estimator)

CODEC = dict(
    type='mmpose_ae.RecurrentAssociationCodec',
    input_size=(32, 32),
    heatmap_size=(8, 8),
    targets=dict(sigma=1),
    keypoint_order=[0, 1],
)
BACKBONE = dict(
    type='mmpose_ae.HourglassAE',
    out_channels=6,
    num_stacks=1,
    num_levels=1,
    feat_channels=4,
    increase=4,
    stem_channels=(4, 4),
    norm_cfg=dict(type='BN'),
    conv_order=('conv', 'norm', 'act'),
)
DETECTOR = dict(
    type='mmpose_ae.BottomupPoseEstimator',
    backbone=BACKBONE,
    head=dict(
        type='mmpose_ae.AEHead',
        in_channels=6,
        final_layer=None,
        further_channels=2,
        decoder=dict(CODEC, type='mmpose_ae.AEDecoder'),
    ),
)


def build(**options):
    torch.manual_seed(0)
    unroller = dict(lstm=dict(hidden_channels=4, num_layers=1), chunk_size=1, max_instances=3)
    kind = dict(type='mmpose_ae.RecurrentAssociationHead', decoder=CODEC, unroller=unroller)
    head = dict(DETECTOR['head'], **kind)
    cfg = dict(DETECTOR, type='mmpose_ae.FrozenBackbonePoseEstimator', head=head, **options)
    return MODELS.build(cfg)


def sample(count):
    rng = np.random.default_rng(count)
    poses = rng.uniform(2, 30, (count, 2, 2)).astype(np.float32)
    data_sample = PoseDataSample(metainfo=dict(img_shape=(32, 32)))
    data_sample.gt_fields = PixelData(heatmap_mask=np.ones((1, 8, 8), bool)).to_tensor()
    visible = np.ones((count, 2), np.float32)
    data_sample.gt_instances = InstanceData(keypoints=poses, keypoints_visible=visible)
    return data_sample


def test_the_backbone_stays_as_it_is():
    model = build().train()
    before = {name: value.clone() for name, value in model.backbone.state_dict().items()}
    losses = model(torch.randn(2, 3, 32, 32), [sample(2), sample(0)], mode='loss')
    losses['loss'].backward()
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    torch.testing.assert_close(dict(model.backbone.state_dict()), before, rtol=0, atol=0)
    assert model.head.training and not model.backbone.training
    assert {name for name, p in model.named_parameters() if p.requires_grad} == {
        name for name, _ in model.named_parameters() if name.startswith('head.unroller.')
    }


def test_weights_of_the_detector_are_loaded():
    detector = MODELS.build(DETECTOR)
    model = build()
    found = model.load_state_dict(detector.state_dict(), strict=False)
    assert not found.unexpected_keys
    assert all(key.startswith('head.unroller.') for key in found.missing_keys)
    images = torch.randn(1, 3, 32, 32)
    torch.testing.assert_close(model.eval().backbone(images), detector.eval().backbone(images))


def test_training_starts_from_all_of_the_detector(tmp_path):
    """What is trained need not be in its checkpoint; the rest must, in ours or a published one."""
    weights = MODELS.build(DETECTOR).state_dict()
    start = dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))
    torch.save(dict(state_dict=weights), tmp_path / 'w.pth')
    model = build(init_cfg=start)
    model.init_weights()
    loaded = model.state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in weights.items())
    gone = next(iter(weights))
    del weights[gone]
    torch.save(dict(state_dict=weights), tmp_path / 'w.pth')
    with pytest.raises(CheckpointError, match=rf'w\.pth: .*\n.*lacks: {gone}$') as error:
        build(init_cfg=start).init_weights()
    assert 'unroller' not in str(error.value)


def test_published_weights_of_another_network(tmp_path):
    """They are recognized, and compared with the detector alone: what is trained is not missed."""
    torch.save({'features.0.0.up1.conv.weight': torch.zeros(1)}, tmp_path / 'w.pth')
    with pytest.raises(CheckpointError) as error:
        build(init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'w.pth'))).init_weights()
    assert 'unroller' not in str(error.value)


def train(rank, counts):
    """Two steps of a process on its share of the images; gives the gradients of the last one."""
    counts = counts if rank is None else counts[rank : rank + 1]
    model = build().train()
    model.head.unroller.norm.observe = lambda features: None  # each process has seen its own
    model.head.unroller.eval()  # nothing random in the feedback loop
    images = torch.stack([torch.full((3, 32, 32), float(count)) for count in counts])
    step = model if rank is None else DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(2):
        losses = step(images, [sample(count) for count in counts], mode='loss')
        optimizer.zero_grad()
        losses['loss'].backward()
        optimizer.step()
    return {n: p.grad for n, p in model.named_parameters() if p.requires_grad}


def test_two_processes(tmp_path: Path):
    """Chunks of one step, images with three instances and with none: as a batch of both."""
    counts = [3, 0]
    expected = train(None, counts)
    assert expected and all(gradient.any() for gradient in expected.values())
    for found in in_two_processes(tmp_path, train, counts):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
