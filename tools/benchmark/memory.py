"""Measure the most GPU memory that a training step and the prediction of an image take.

Weights are random and images are noise, on which memory hardly depends. It is what PyTorch hands
out (``torch.cuda.max_memory_allocated``): ``nvidia-smi`` shows more, with CUDA itself and what
PyTorch keeps in reserve. What needs no GPU is counted by ``tools/docs/complexity.py``.
"""

import sys
from typing import Callable, List, Tuple

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.structures import BaseDataElement, InstanceData
from torch import nn

from mmpose_ae.cli.command_line import config_parser, read_config
from mmpose_ae.datasets.bottomup_annotations import BottomupAnnotations
from mmpose_ae.metainfo import load_metainfo
from mmpose_ae.registry import DATASETS, MODELS

PEOPLE = 10  # of an image in training
STEPS = 2  # the optimizer makes its averages in the first


def training_step(cfg: Config, model: nn.Module, batch_size: int) -> Callable[[], object]:
    """What one step of training is: forward, losses, backward and the optimizer.

    Args:
        cfg (Config): Its ``optim_wrapper`` and the input size of its training.
        model (nn.Module): The estimator, on its device.
        batch_size (int): Images of noise, with people of keypoints anywhere.

    Returns:
        callable: Does a step.
    """
    rng = np.random.default_rng(0)
    width, height = input_size(cfg.train_dataloader)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    images = rng.integers(0, 256, (batch_size, 3, height, width), np.uint8)
    samples = [sample_of_people(rng, (width, height), model.head) for _ in images]
    batch = dict(inputs=list(torch.from_numpy(images)), data_samples=samples)
    return lambda: model.train().train_step(batch, wrapper)


def sample_of_people(
    rng: np.random.Generator, size: Tuple[int, int], head: nn.Module
) -> BaseDataElement:
    """Annotated people as training sees them, on an input (w, h)."""
    count = head.num_keypoints
    keypoints = rng.uniform(0, np.subtract(size, 1), (PEOPLE, count, 2)).astype(np.float32)
    people = InstanceData(
        keypoints=keypoints,
        bboxes=np.concatenate([keypoints.min(1), keypoints.max(1)], axis=1),
        keypoints_visible=np.ones((PEOPLE, count), np.float32),
        bbox_scales=rng.uniform(size[0] / 8, size[0] / 2, (PEOPLE, 2)).astype(np.float32),
    )
    metainfo = dict(img_shape=size[::-1], input_size=size)
    return BaseDataElement(gt_instances=people, metainfo=metainfo)


def prediction(cfg: Config, model: nn.Module) -> Callable[[], List[BaseDataElement]]:
    """What predicting one image is, with the views that the config tests with."""
    width, height = input_size(cfg.test_dataloader)
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    dataset = cfg.test_dataloader.dataset
    known = load_metainfo(dataset.get('metainfo') or DATASETS.get(dataset.type).METAINFO)
    packed = Compose(dataset.pipeline)(dict(img=image, img_id=0, img_path='noise', **known))
    return torch.no_grad()(lambda: model.eval().test_step(pseudo_collate([packed])))


def check_data(loader: dict) -> None:
    """Refuse data of which no samples are made here.

    Args:
        loader (dict): Of training or testing.

    Raises:
        ValueError: If it reads clips, or masks, or one person at a time: anything but whole images
            with keypoints.
    """
    dataset = loader['dataset']
    last = dataset['pipeline'][-1]['type'] if 'pipeline' in dataset else None
    kind = DATASETS.get(dataset['type'])
    if last != 'PackPoseInputs' or not issubclass(kind, BottomupAnnotations):
        raise ValueError(f'whole images with keypoints are measured, not those of {kind.__name__}')


def input_size(loader: dict) -> Tuple[int, int]:
    """Width and height of the network's input."""
    steps = loader['dataset']['pipeline']
    return next(step['input_size'] for step in steps if 'input_size' in step)


def peak(step: Callable[[], object]) -> float:
    """The most MiB of the GPU that are in use during a step."""
    torch.cuda.reset_peak_memory_stats()
    for _ in range(STEPS):
        step()
    return torch.cuda.max_memory_allocated() / 2**20


def main() -> None:
    """Print the figures of a config."""
    parser = config_parser(__doc__.splitlines()[0])
    parser.add_argument('--batch-size', type=int, help="images; by default the config's")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit('there is no GPU here; tools/docs/complexity.py counts without one')
    cfg = read_config(args.config, args.cfg_options)
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        try:
            check_data(loader)
        except ValueError as error:
            parser.error(f'{args.config}: {error}')
    batch_size = args.batch_size or cfg.train_dataloader.batch_size
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model).cuda()
        print(f'predicting an image: {peak(prediction(cfg, model)):.0f} MiB')
        step = training_step(cfg, model, batch_size)
        print(f'a training step of {batch_size} images: {peak(step):.0f} MiB')


if __name__ == '__main__':
    main()
