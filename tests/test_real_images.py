"""Training on photographs: 40 images of COCO, crowd regions and unlabelled people among them."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

CONFIG = (
    Path(__file__).resolve().parents[1]
    / 'configs/associative_embedding/coco/ae_hrnet-w32_8xb24-300e_coco-512x512.py'
)
TINY = dict(
    _delete_=True,
    type='HourglassAE',
    out_channels=32,
    num_stacks=1,
    feat_channels=32,
    increase=16,
    stem_channels=(16, 32),
    norm_cfg=dict(type='BN'),
    conv_order=('conv', 'norm', 'act'),
    residual=True,
)


def losses(shared, tmp_path, iterations, batch_size):
    """Train the COCO recipe at a third of its size on another backbone; the loss of each step."""
    data = shared / 'data/coco_mini'
    (images,) = {p.parent for p in data.rglob('*.jpg')}
    ann_file = next(data.rglob('person_keypoints*.json'))
    cfg = Config.fromfile(CONFIG)
    tag_loss = dict(type='AssociativeEmbeddingLoss', loss_weight=0.012)
    cfg.merge_from_dict(
        dict(
            model=dict(
                backbone=dict(TINY),  # merging takes _delete_ out
                head=dict(tag_loss=tag_loss),
            ),
            optim_wrapper=dict(optimizer=dict(lr=3e-3)),
            default_hooks=dict(checkpoint=None, logger=dict(interval=1)),
            randomness=dict(seed=0),
            work_dir=str(tmp_path),
        )
    )
    cfg.train_dataloader.dataset.pipeline[1].input_size = (192, 192)
    cfg.train_dataloader.update(
        batch_size=batch_size,
        num_workers=0,
        persistent_workers=False,
        sampler=dict(type='InfiniteSampler', shuffle=True),
    )
    cfg.train_dataloader.dataset.update(
        data_root='', ann_file=str(ann_file), data_prefix=dict(img=str(images))
    )
    cfg.train_cfg = dict(by_epoch=False, max_iters=iterations)
    cfg.param_scheduler = None
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.test_dataloader = cfg.test_cfg = cfg.test_evaluator = None
    cfg.experiment_name = tmp_path.name
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        runner = Runner.from_cfg(cfg)
        runner.train()
    return runner.message_hub.get_scalar('train/loss').data[0]


def test_every_step_is_finite(shared, tmp_path):
    values = losses(shared, tmp_path, iterations=3, batch_size=2)
    assert len(values) == 3 and np.isfinite(values).all() and min(values) > 0


@pytest.mark.slow
def test_the_loss_falls(shared, tmp_path):
    values = losses(shared, tmp_path, iterations=800, batch_size=8)
    assert np.mean(values[-50:]) < 0.8 * np.mean(values[:50])
