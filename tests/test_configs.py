"""Every shipped config: consistent, buildable, able to train and to test."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope

from mmpose_ae.registry import DATASETS, KEYPOINT_CODECS, MODELS

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
# The settings of the originals, whose decoding has a bias, are in test_released_configs.py.
LEAVES = [p for p in sorted(CONFIGS.glob('[!_]*/*/*.py')) if not p.stem.endswith('-released')]
SIDE = 128
IMAGE_SIZE = (150, 130)

NARROW_HRNET = dict(
    extra={
        f'stage{n}': dict(num_modules=1, num_blocks=(1,) * n, num_channels=(4, 8, 16, 32)[:n])
        for n in (2, 3, 4)
    }
)
NARROW = dict(
    HRNet=dict(backbone=NARROW_HRNET, head=dict(in_channels=4)),
    HourglassAE=dict(backbone=dict(feat_channels=8, increase=4, stem_channels=(4, 4))),
    ResNet=dict(
        backbone=dict(depth=18, stem_channels=4, base_channels=4),
        head=dict(in_channels=32, deconv_out_channels=(8, 8, 8)),
    ),
    MobileNetV2=dict(backbone=dict(widen_factor=0.1), head=dict(deconv_out_channels=(8, 8, 8))),
)
# Millions, from the tables of the HigherHRNet release.
PUBLISHED_PARAMETERS = {
    'ae_hrnet-w32_8xb24-300e_coco-512x512': 28.5,
    'ae_higherhrnet-w32_4xb12-300e_coco-512x512': 28.6,
    'ae_higherhrnet-w48_4xb10-300e_coco-640x640': 63.8,
}
LOSSES = dict(
    CenterGroupHead={'loss_kpt', 'loss_location'}, CenterOffsetHead={'loss_kpt', 'loss_offset'}
)


@pytest.fixture(params=LEAVES, ids=lambda path: path.stem)
def leaf(request):
    """A config as shipped, in its own scope; the scope of before comes back afterwards."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        yield Config.fromfile(request.param)


def scaled(size, scale):
    """A size (w, h), or a list of them, multiplied."""
    if isinstance(size, (list, tuple)):
        return type(size)(scaled(part, scale) for part in size)
    return int(size * scale)


def scale_sizes(node, scale):
    """Multiply every size of network input and heatmap below a config node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ('input_size', 'heatmap_size'):
                node[key] = scaled(value, scale)
            else:
                scale_sizes(value, scale)
    elif isinstance(node, (list, tuple)):
        for item in node:
            scale_sizes(item, scale)


def make_small(cfg):
    """The same config at a small input size, with a narrow backbone and random weights."""
    scale_sizes(cfg._cfg_dict, SIDE / cfg.codec.input_size[0])
    cfg.merge_from_dict(dict(model=NARROW[cfg.model.backbone.type]))
    cfg.model.backbone.init_cfg = None
    return cfg


def write_dataset(cfg, root):
    """Write two images with two instances each where the config's datasets look for them."""
    num_keypoints = KEYPOINT_CODECS.build(cfg.codec).num_keypoints
    rng = np.random.default_rng(0)
    width, height = IMAGE_SIZE
    images, annotations = [], []
    for image_id in (1, 2):
        file_name = f'{image_id}.jpg'
        images.append(
            dict(id=image_id, file_name=file_name, width=width, height=height, crowdIndex=0.1)
        )
        for instance in (1, 2):
            points = rng.uniform((40, 30), (110, 100), (num_keypoints, 2))
            annotations.append(
                dict(
                    id=2 * image_id + instance,
                    image_id=image_id,
                    category_id=1,
                    iscrowd=0,
                    num_keypoints=num_keypoints,
                    keypoints=np.column_stack([points, np.full(num_keypoints, 2)]).ravel().tolist(),
                    bbox=[40, 30, 70, 70],
                    area=4900,
                    segmentation=[[40, 30, 110, 30, 110, 100, 40, 100]],
                )
            )
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        loader.dataset.data_root = str(root)
        folder = root / loader.dataset.data_prefix.img
        folder.mkdir(parents=True, exist_ok=True)
        for image in images:
            noise = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / image['file_name']), noise)
        path = root / loader.dataset.ann_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    metrics = cfg.val_evaluator if isinstance(cfg.val_evaluator, list) else [cfg.val_evaluator]
    for metric in metrics:
        if 'ann_file' in metric:
            metric.ann_file = str(root / cfg.val_dataloader.dataset.ann_file)


def find_all(node, key):
    """Every value under a key anywhere below a config node."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from find_all(value, key)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from find_all(item, key)


def test_there_are_configs_for_every_dataset():
    assert {path.parent.name for path in LEAVES} >= {'coco', 'crowdpose', 'synth_crowd'}


def test_one_codec(leaf):
    """Targets are made by the codec that decodes, and images have the size it was told."""
    assert leaf.model.head.decoder == leaf.codec
    assert list(find_all(leaf.train_dataloader, 'encoder')) == [leaf.codec]
    sizes = set(find_all([leaf.train_dataloader, leaf.val_dataloader], 'input_size'))
    assert sizes == {tuple(leaf.codec.input_size)}
    assert leaf.test_dataloader == leaf.val_dataloader


def test_batch_size_agrees_with_the_name(leaf, request):
    gpus, batch = request.node.callspec.id.split('_')[2].split('-')[0].split('xb')
    assert leaf.train_dataloader.batch_size == int(batch)
    assert leaf.auto_scale_lr.base_batch_size == int(gpus) * int(batch)


def perfect_maps(codec, keypoints):
    """What a network predicts that knows the one instance there is."""
    encoded = codec.encode(keypoints)
    heatmaps = encoded['heatmaps']
    finest = torch.as_tensor(heatmaps[-1] if isinstance(heatmaps, list) else heatmaps)
    if 'center_offsets' in encoded:
        offsets = torch.as_tensor(encoded['center_offsets'][0].T).flatten()
        return finest, offsets[:, None, None].expand(-1, *codec.heatmap_sizes[0][::-1])
    finest = finest[: codec.num_keypoints]  # without a center
    return finest, torch.zeros_like(finest)


def test_codec_round_trip_has_no_bias(leaf):
    """One instance, encoded and decoded, comes back to a tenth of a pixel on average."""
    codec = KEYPOINT_CODECS.build(leaf.codec)
    rng = np.random.default_rng(0)
    margin = np.array(codec.input_size) / 8
    shape = (1, codec.num_keypoints, 2)
    keypoints = rng.uniform(margin, codec.input_size - margin, shape).astype(np.float32)
    decoded, _, _ = codec.decode(perfect_maps(codec, keypoints))
    assert np.abs((decoded - keypoints).mean((0, 1))).max() < 0.1
    assert np.abs(decoded - keypoints).mean() < 0.25


def test_full_size_model(leaf, request):
    """The model builds at its real size, and is as large as its authors say."""
    with torch.device('meta'):
        model = MODELS.build(leaf.model)
    millions = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    assert millions == pytest.approx(
        PUBLISHED_PARAMETERS.get(request.node.callspec.id, millions), abs=0.1
    )


def test_one_step_of_training_and_testing(leaf, tmp_path):
    torch.manual_seed(0)
    cfg = make_small(leaf)
    write_dataset(cfg, tmp_path)
    train_set = DATASETS.build(cfg.train_dataloader.dataset)
    val_set = DATASETS.build(cfg.val_dataloader.dataset)
    num_keypoints = KEYPOINT_CODECS.build(cfg.codec).num_keypoints
    assert train_set.metainfo['num_keypoints'] == num_keypoints

    model = MODELS.build(cfg.model)
    batch = model.data_preprocessor(pseudo_collate([train_set[0], train_set[1]]), training=True)
    loss, losses = model.parse_losses(model(**batch, mode='loss'))
    loss.backward()
    assert LOSSES.get(cfg.model.head.type, {'loss_kpt', 'loss_pull', 'loss_push'}) <= set(losses)
    assert all(torch.isfinite(value) for value in losses.values())
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)

    model.eval()
    evaluator = Evaluator(cfg.val_evaluator)
    evaluator.dataset_meta = val_set.metainfo
    for sample in (val_set[0], val_set[1]):
        with torch.no_grad():
            results = model.test_step(pseudo_collate([sample]))
        assert results[0].pred_instances.keypoints.shape[1:] == (num_keypoints, 2)
        evaluator.process(results)
    metrics = evaluator.evaluate(len(val_set))
    assert next(iter(metrics)).endswith('/AP')
