"""Time and memory of recurrent association by the number of people.

Time is that of testing one image: the steps, and beside it the frozen network, which does not
depend on people. Memory is what a training step on one image adds, backpropagating every T people
and at once. Weights are random, and the stop probability is set so that there are as many steps
as people, and one to stop.
"""

import ctypes
from argparse import Namespace
from contextlib import contextmanager
from functools import partial
from typing import Dict, Iterator, List

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData, PixelData
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from mmpose_ae.cli.benchmark import build_parser, peak_memory, run, settings, time_in_turn
from mmpose_ae.cli.command_line import SettingsAction
from mmpose_ae.frame import Size
from mmpose_ae.registry import MODELS

CONFIG = (
    'projects/recurrent_association/configs/coco/recurrent_hourglass-4stack_1xb1-9e_coco-512x512.py'
)
CERTAIN = 20.0  # logit
M_MMAP_THRESHOLD = -3  # of glibc's mallopt
PAGE, HIGHEST_THRESHOLD = 4096, 32 * 2**20  # glibc grows its threshold up to this one


def build_model(cfg: Config, device: str) -> nn.Module:
    """The model of a config with random weights, which tells everybody or nobody apart."""
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        model = MODELS.build(cfg.model).to(device)
    nn.init.zeros_(model.head.unroller.stop.linear.weight)
    return model


def train_sample(num_keypoints: int, people: int, size: Size, device: str) -> PoseDataSample:
    """An input (w, h) of people with keypoints at random places, as the head is trained with."""
    (width, height), rng = size, np.random.default_rng(0)
    keypoints = rng.uniform(0, np.subtract(size, 1), (people, num_keypoints, 2))
    sample = PoseDataSample(metainfo=dict(img_shape=(height, width)))
    sample.gt_instances = InstanceData(
        keypoints=keypoints.astype(np.float32),
        keypoints_visible=np.ones((people, num_keypoints), np.float32),
    )
    sample.gt_fields = PixelData(heatmap_mask=torch.ones(1, height // 4, width // 4))
    return sample.to(device)


def set_stop(head: nn.Module, is_instance: bool) -> None:
    """Let every step be an instance, or none."""
    nn.init.constant_(head.unroller.stop.linear.bias, CERTAIN if is_instance else -CERTAIN)


@torch.no_grad()
def find(head: nn.Module, features: List[Tensor], people: int) -> None:
    """Find a number of people."""
    head.unroller.max_instances = people
    steps = head.unroll(features)
    if int(steps.accepted.sum()) != people:
        raise RuntimeError(f'{int(steps.accepted.sum())} steps found someone, not {people}')


def train(head: nn.Module, features: List[Tensor], sample: PoseDataSample) -> None:
    """Compute the gradients of one image."""
    head.loss(features, [sample])['loss'].backward()
    head.zero_grad()


def time_steps(model: nn.Module, image: Tensor, people: int, repeats: int) -> Dict:
    """Time the steps for a number of people, and the network before them."""
    head = model.eval().head
    set_stop(head, is_instance=True)
    with torch.no_grad():
        features = model.extract_feat(image)
        calls = dict(
            steps=partial(find, head, features, people), network=partial(model.extract_feat, image)
        )
        row = time_in_turn(calls, repeats, image.device.type)
    del row['ratio']
    return row


@contextmanager
def own_pages() -> Iterator[None]:
    """Let the CPU's memory show what is in use: freed memory is kept for later otherwise."""
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_THRESHOLD, PAGE)
    yield
    libc.mallopt(M_MMAP_THRESHOLD, HIGHEST_THRESHOLD)


def measure_memory(model: nn.Module, image: Tensor, people: int, chunk_sizes: List[int]) -> Dict:
    """Measure the peak memory of a training step, for every T; 0 stands for all at once."""
    head, row = model.train().head, {}
    set_stop(head, is_instance=False)  # the annotated people and one step more are seen anyway
    features = [x.detach() for x in model.extract_feat(image)]
    size = tuple(image.shape[:1:-1])
    one, sample = (
        train_sample(head.num_keypoints, count, size, image.device) for count in (1, people)
    )
    train(head, features, one)  # what is allocated only once
    for chunk_size in chunk_sizes:
        head.unroller.chunk_size = chunk_size or None
        head.unroller.max_instances = people
        call = partial(train, head, features, sample)
        with own_pages():
            peak = peak_memory(call, image.device.type)
        row[f'T{chunk_size or "_all"}_MiB'] = round(peak, 1)
    return row


def read_input_size(cfg: Config) -> Size:
    """Size (w, h) of the input that a config trains on."""
    pipeline = cfg.train_dataloader.dataset.pipeline
    return next(step.input_size for step in pipeline if 'input_size' in step)


def benchmark(args: Namespace) -> Iterator[Dict]:
    """Give one row per device, number of threads and number of people."""
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options)
    width, height = read_input_size(cfg)
    for setting in settings(args):
        torch.manual_seed(0)
        model = build_model(cfg, setting['device'])
        image = torch.rand(1, 3, height, width, device=setting['device'])
        for people in args.people:
            row = time_steps(model, image, people, args.repeats) if args.repeats else {}
            row.update(measure_memory(model, image, people, args.chunk_size))
            yield dict(people=people, **row, **setting)


def main() -> None:
    """Measure as the command line says."""
    parser = build_parser(f'{__doc__} No times with --repeats 0.', people=[1, 4, 8, 16, 30])
    parser.add_argument('--config', default=CONFIG, help='config file')
    parser.add_argument(
        '--cfg-options', nargs='+', action=SettingsAction, default={}, help='override its settings'
    )
    parser.add_argument(
        '--chunk-size', type=int, nargs='*', default=[4], metavar='T', help='0: all at once'
    )
    args = parser.parse_args()
    run(benchmark(args), args)


if __name__ == '__main__':
    main()
