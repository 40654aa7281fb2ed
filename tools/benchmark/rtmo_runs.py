"""RTMO-t by MMPose, for a row of the table; a peer, see peer_runs.py.

Its losses, augmentation, rates and hooks are those of its own config, whose 600 epochs are brought
to as many as there are. It begins with random weights.
"""

import math
import shutil
from typing import Any, Dict, Optional

import numpy as np
from method_configs import BATCH_SIZE, Run
from method_runs import clock
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.apis import inference_bottomup, init_model
from peers import CONFIGS

from mmpose_ae.checkpoints import find_intact_checkpoint

SIZES = ('img_scale', 'input_size')  # what transforms call the size of the input
TRIAL = 160  # images by which an epoch is timed
WARM_UP = 0.1  # part of the training; theirs is 5 of 600 epochs, too few steps of a short one


def make_config(run: Run, epochs: int, name: str = 'whole', images: Optional[int] = None) -> Config:
    """Put MMPose's config on the data of a run.

    Args:
        run (Run): The run.
        epochs (int): How many.
        name (str): Folder of the weights, below that of the run.
        images (int, optional): How many are trained on. None is all.

    Returns:
        Config: For training, and for people in pictures.
    """
    cfg, form = Config.fromfile(CONFIGS[run.method]), run.form
    count, batch_size = images or form.train, form.batch_size or BATCH_SIZE
    resize = cfg.model.data_preprocessor.batch_augments[0]
    resize.random_size_range = [side * form.side / cfg.input_size[0]
                                for side in resize.random_size_range]  # fmt: skip
    dataset = dict(
        type='CocoDataset', data_mode='bottomup', data_root=str(run.data_root),
        ann_file='annotations/train.json', data_prefix=dict(img='train/'),
        pipeline=cfg.train_pipeline_stage1, indices=count,
    )  # fmt: skip
    workers = dict(num_workers=form.workers, persistent_workers=form.workers > 0)
    cfg.train_dataloader = dict(
        cfg.train_dataloader, batch_size=batch_size, dataset=dataset, **workers
    )
    cfg.val_dataloader = cfg.val_evaluator = cfg.val_cfg = None
    for part in (cfg.train_dataloader, cfg.test_dataloader, cfg.custom_hooks, cfg.model.test_cfg):
        _set_sides(part, form.side)
    cfg.model.backbone.init_cfg = None
    _shorten(cfg, epochs, epochs * math.ceil(count / batch_size))
    cfg.auto_scale_lr.enable = True
    cfg.default_hooks.checkpoint.update(interval=1, max_keep_ckpts=1)
    cfg.work_dir, cfg.randomness = str(run.work_dir / name), dict(seed=run.seed)
    cfg.experiment_name = f'{run.work_dir.name}_{name}'
    return cfg


def _set_sides(part: Any, side: int) -> None:
    """Write the size of the input wherever a part of a config has one."""
    if isinstance(part, dict):
        part.update({name: (side, side) for name in SIZES if name in part})
        part = part.values()
    elif not isinstance(part, (list, tuple)):
        return
    for value in part:
        _set_sides(value, side)


def _shorten(cfg: Config, epochs: int, steps: int) -> None:
    """Let what a config switches come as early, in parts of the whole, and lower rates once."""
    whole = cfg.train_cfg.max_epochs
    plain, proxies = cfg.custom_hooks[:2]
    plain.update(num_last_epochs=epochs * plain.num_last_epochs // whole, new_train_dataset=None)
    proxies.epoch_attributes = {
        math.ceil(epochs * epoch / whole): changes
        for epoch, changes in proxies.epoch_attributes.items()
    }
    cfg.train_cfg = dict(by_epoch=True, max_epochs=epochs)
    warm = max(int(WARM_UP * steps), 1)
    rest = max(steps - warm, 1)
    low = cfg.param_scheduler[1].eta_min / cfg.optim_wrapper.optimizer.lr
    cfg.param_scheduler = [
        dict(type='QuadraticWarmupLR', by_epoch=False, begin=0, end=warm),
        dict(type='CosineAnnealingLR', by_epoch=False, begin=warm, end=warm + rest, T_max=rest,
             eta_min_ratio=low),
    ]  # fmt: skip


class EpochTime(Hook):
    """Measure the seconds of the last epoch, without what is built before it."""

    def before_train_epoch(self, runner: Runner) -> None:
        """Begin, behind the hooks that change the data."""
        self.since = clock()

    def after_train_epoch(self, runner: Runner) -> None:
        """End, before the checkpoint is written."""
        self.seconds = clock() - self.since


def time_epoch(run: Run, meta: Dict) -> float:
    """Train on some images; gives the seconds that an epoch of all would take."""
    images, hook = min(TRIAL, run.form.train), EpochTime()
    runner = _start(make_config(run, 1, 'trial', images))
    runner.register_hook(hook)
    runner.train()
    return hook.seconds * run.form.train / images


def train(run: Run, meta: Dict, epochs: int) -> float:
    """Train from random weights; what a run before has left is replaced.

    Args:
        run (Run): The run.
        meta (dict): Of the data set; not used.
        epochs (int): How many.

    Returns:
        float: Seconds.
    """
    runner, start = _start(make_config(run, epochs)), clock()
    runner.train()
    return clock() - start


def _start(cfg: Config) -> Runner:
    """A runner in an empty folder."""
    shutil.rmtree(cfg.work_dir, ignore_errors=True)
    return Runner.from_cfg(cfg)


class FindPeople:
    """From a picture to its people, by what was trained.

    Args:
        run (Run): The run.
        least (float, optional): Least score of a person. None is that of the config.
    """

    def __init__(self, run: Run, least: Optional[float] = None) -> None:
        cfg = make_config(run, 1)  # of any number
        if least is not None:
            cfg.model.test_cfg.score_thr = least
        self.network = init_model(cfg, find_intact_checkpoint(cfg), device=get_device())

    def __call__(self, image: np.ndarray) -> InstanceData:
        """Find the people of an image, (H, W, 3), BGR."""
        (sample,) = inference_bottomup(self.network, image)
        return sample.pred_instances
