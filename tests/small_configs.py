"""Shipped configs at a small size, on two images: what tests of configs share."""

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from torch import nn

from mmpose_ae.datasets.mpii import MpiiImage, MpiiPerson, write_release
from mmpose_ae.registry import DATASETS, FUNCTIONS, KEYPOINT_CODECS

SIDE = 64  # which the stacked hourglass halves six times, and noise has few peaks in
IMAGE_SIZE = (150, 130)

NARROW_HRNET = dict(
    extra={
        f'stage{n}': dict(num_modules=1, num_blocks=(1,) * n, num_channels=(4, 8, 16, 32)[:n])
        for n in (2, 3, 4)
    }
)
NARROW_LITE_HRNET = dict(
    num_modules=(1, 1, 1),
    num_blocks=(1, 1, 1),
    num_channels=((8, 16), (8, 16, 32), (8, 16, 32, 64)),
)
NARROW = dict(
    HRNet=dict(backbone=NARROW_HRNET, head=dict(in_channels=4)),
    HRNetFeatureMapProcessor=dict(backbone=NARROW_HRNET, head=dict(in_channels=60)),
    HourglassAE=dict(backbone=dict(feat_channels=8, increase=4, stem_channels=(4, 4))),
    ResNet=dict(
        backbone=dict(depth=18, stem_channels=4, base_channels=4),
        head=dict(in_channels=32, deconv_out_channels=(8, 8, 8)),
    ),
    MobileNetV2=dict(backbone=dict(widen_factor=0.1), head=dict(deconv_out_channels=(8, 8, 8))),
    MobileNetV2LightFPN=dict(
        backbone=dict(widen_factor=0.1),
        neck=dict(in_channels=(8, 8, 16, 1280), out_channels=8),
        head=dict(in_channels=8),
    ),
    CSPNeXtLightFPN=dict(
        backbone=dict(deepen_factor=0.1, widen_factor=1 / 16),
        neck=dict(in_channels=(8, 16, 32, 64), out_channels=8),
        head=dict(in_channels=8),
    ),
    LiteHRNet=dict(
        backbone=dict(extra=dict(stages_spec=NARROW_LITE_HRNET)), head=dict(in_channels=8)
    ),
)

NARROW_GROUPING = dict(type='CenterGroupingModule', dim=16, head_dim=8, feedforward_dim=16)


def find_all(node: Any, key: str) -> Iterator:
    """Every value under a key anywhere below a config node."""
    if isinstance(node, Config):
        node = node._cfg_dict
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from find_all(value, key)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from find_all(item, key)


def loaders_of(cfg: Config) -> List[dict]:
    """The loaders that a config has."""
    loaders = [cfg.get(f'{name}_dataloader') for name in ('train', 'val', 'test')]
    return [loader for loader in loaders if loader]


def datasets_of(loader: dict) -> List[dict]:
    """The datasets of a loader, those of images where others make clips of them, too."""
    datasets = loader.dataset.get('datasets', [loader.dataset])
    return [*datasets, *(part.dataset for part in datasets if 'dataset' in part)]


def steps_of(loader: dict) -> List[dict]:
    """The steps that images and clips go through."""
    return [step for dataset in datasets_of(loader) for step in dataset.pipeline]


def make_small(cfg: Config) -> Config:
    """The same config at a small input size, with a narrow network and random weights."""
    for loader in loaders_of(cfg):
        for step in steps_of(loader):
            if 'input_size' in step:
                side = round(SIDE / min([1, *step.get('aug_scales', ())]))  # of the smallest view
                step.input_size = (side, side)
    backbone = cfg.model.backbone.type.split('.')[-1]  # 'mmpose.HRNet' is HRNet
    neck = cfg.model.get('neck', dict(type=''))
    cfg.merge_from_dict(dict(model=NARROW[backbone + neck['type']]))
    if cfg.model.head.type == 'CenterGroupHead':
        cfg.merge_from_dict(dict(model=dict(head=dict(grouping=NARROW_GROUPING))))
    cfg.model.backbone.init_cfg = None
    return cfg


def write_dataset(cfg: Config, root: Path) -> None:
    """Write two images with two instances each where the config's datasets look for them."""
    head = cfg.model.head
    codec = KEYPOINT_CODECS.build(head.decoder)
    num_keypoints = getattr(codec, 'num_keypoints', head.get('out_channels'))
    rng = np.random.default_rng(0)
    width, height = IMAGE_SIZE
    images, annotations = [], []
    for image_id in (1, 2):
        file_name = f'{image_id}.jpg'
        images.append(
            dict(id=image_id, file_name=file_name, width=width, height=height, crowdIndex=0.1)
        )
        images[-1].update(video_id=1, frame_id=image_id)
        for instance in (1, 2):
            points = rng.uniform((40, 30), (110, 100), (num_keypoints, 2))
            annotations.append(
                dict(
                    id=2 * image_id + instance,
                    image_id=image_id,
                    category_id=1,
                    track_id=instance,
                    iscrowd=0,
                    num_keypoints=num_keypoints,
                    keypoints=np.column_stack([points, np.full(num_keypoints, 2)]).ravel().tolist(),
                    bbox=[40, 30, 70, 70],
                    area=4900,
                    segmentation=[[40, 30, 110, 30, 110, 100, 40, 100]],
                )
            )
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    of_images = (d for loader in loaders_of(cfg) for d in datasets_of(loader) if 'ann_file' in d)
    for dataset in of_images:
        dataset.pop('sample_interval', None)  # there are two
        dataset.data_root = str(root)
        folder = root / dataset.data_prefix.img
        folder.mkdir(parents=True, exist_ok=True)
        for image in images:
            noise = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / image['file_name']), noise)
        path = root / dataset.ann_file
        path.parent.mkdir(parents=True, exist_ok=True)
        if dataset.type == 'MpiiDataset':
            dataset.subset = 'trainval'  # the real one is too large
            write_release(path, root / dataset.groups_file, mpii_images(content))
        else:
            path.write_text(json.dumps(content))
    for name in ('val', 'test'):
        evaluator = cfg[f'{name}_evaluator']
        for metric in evaluator if isinstance(evaluator, list) else [evaluator]:
            if 'ann_file' in metric:
                metric.ann_file = str(root / cfg[f'{name}_dataloader'].dataset.ann_file)


def mpii_images(content: dict) -> List[MpiiImage]:
    """The same people as MPII has them, those of an image in one group."""
    return [
        MpiiImage(
            number=image['id'],
            name=image['file_name'],
            people=[
                MpiiPerson(
                    np.reshape(ann['keypoints'], (-1, 3)),
                    center=np.array([75.0, 65.0]),
                    scale=0.35,
                    head_box=np.array([40.0, 30.0, 50.0, 40.0]),
                )
                for ann in content['annotations']
                if ann['image_id'] == image['id']
            ],
            groups=[[1, 2]],
        )
        for image in content['images']
    ]


def train_step(cfg: Config, model: nn.Module) -> Dict[str, torch.Tensor]:
    """The losses of one batch of the training set, after a step back; all of it is finite."""
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    model.train()
    collate = FUNCTIONS.get(
        cfg.train_dataloader.get('collate_fn', {}).get('type', 'pseudo_collate')
    )
    batch = model.data_preprocessor(collate([dataset[0], dataset[1]]), training=True)
    loss, losses = model.parse_losses(model(**batch, mode='loss'))
    loss.backward()
    assert all(torch.isfinite(value) for value in losses.values())
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    return losses


def evaluate(cfg: Config, model: nn.Module) -> Dict[str, float]:
    """The metrics of a model of random weights on the first image of the test set."""
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model.eval()
    evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    with torch.no_grad():
        results = model.test_step(pseudo_collate([dataset[0]]))  # noise takes long to group
    keypoints = results[0].pred_instances.keypoints
    assert keypoints.shape[1:] == (dataset.metainfo['num_keypoints'], 2)
    evaluator.process(results)
    return evaluator.evaluate(1)
