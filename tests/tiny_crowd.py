"""A dataset and a config so small that they train in seconds, for tests of the tools."""

import json
from pathlib import Path

import cv2
import numpy as np

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
NUM_IMAGES = 5  # odd: two processes do not share them evenly
SIZE = 64

CONFIG = """
_base_ = '{configs}/_base_/default_runtime.py'
model = dict(
    type='BottomupPoseEstimator',
    data_preprocessor=dict(type='PoseDataPreprocessor', mean=[0] * 3, std=[255] * 3),
    backbone=dict(
        type='HourglassAE', out_channels=34, num_stacks=1, num_levels=1, feat_channels=8,
        increase=4, stem_channels=(4, 4),
    ),
    head=dict(
        type='AEHead', in_channels=34, num_keypoints=17, final_layer=None,
        decoder=dict(type='AEDecoder', sigma=1),
    ),
    test_cfg=dict(flip_test=False, restore_heatmap_size=True),
)
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='CocoDataset', data_mode='bottomup', data_root='{root}', ann_file='people.json',
        data_prefix=dict(img='images/'),
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupRandomAffine', input_size=(64, 64)),
            dict(type='BottomupGetHeatmapMask'),
            dict(type='PackPoseInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type='CocoDataset', data_mode='bottomup', data_root='{root}', ann_file='people.json',
        data_prefix=dict(img='images/'), test_mode=True,
        pipeline=[
            dict(type='LoadImage'),
            dict(type='BottomupResize', input_size=(64, 64)),
            dict(type='PackPoseInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    type='CocoMetric', ann_file='{root}/people.json', nms_mode='none', score_mode='bbox'
)
test_evaluator = val_evaluator
train_cfg = dict(by_epoch=True, max_epochs=2, val_interval=2)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
default_hooks = dict(
    logger=dict(interval=1), checkpoint=dict(_delete_=True, type='CheckpointHook', interval=1)
)
auto_scale_lr = dict(base_batch_size=4)
randomness = dict(seed=0)
"""


def write_tiny_crowd(root: Path) -> Path:
    """Write images of noise with one instance each, their annotations, and a config.

    Returns:
        Path: The config.
    """
    rng = np.random.default_rng(0)
    (root / 'images').mkdir()
    images, annotations = [], []
    for index in range(NUM_IMAGES):
        name = f'{index}.png'
        noise = rng.integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
        cv2.imwrite(str(root / 'images' / name), noise)
        images.append(dict(id=index, file_name=name, width=SIZE, height=SIZE))
        points = rng.uniform(10, 54, (17, 2))
        annotations.append(
            dict(
                id=index + 1,
                image_id=index,
                category_id=1,
                iscrowd=0,
                num_keypoints=17,
                keypoints=np.column_stack([points, np.full(17, 2)]).ravel().tolist(),
                bbox=[10, 10, 44, 44],
                area=44 * 44,
            )
        )
    people = dict(images=images, annotations=annotations, categories=[dict(id=1, name='person')])
    (root / 'people.json').write_text(json.dumps(people))
    config = root / 'tiny.py'
    config.write_text(CONFIG.format(configs=CONFIGS, root=root))
    return config
