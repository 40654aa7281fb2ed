"""A network's people on the test images of its config, and how long they took."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Dict, List, NamedTuple, Sequence, Union

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmpose_ae.cli.faults import naming_types
from mmpose_ae.evaluation.testing import build_tester, find_metric
from mmpose_ae.prediction.stopwatch import Stopwatch
from mmpose_ae.submission import read_entries

from .task import Task, evaluate

ORACLES = dict(heatmaps='true heatmaps', tags='true tags')  # by kinds of ground truth


class Timing(NamedTuple):
    """How long a network took.

    Attributes:
        device (str): What it ran on, in words.
        seconds (dict): Of each image, by id, with its share of the batch; without loading it.
        waiting (float): Mean seconds per image until it was loaded.
        decoding (float): Mean seconds per image from maps to people, a part of ``seconds``.
        batch_size (int): Most images at a time.
    """

    device: str
    seconds: Dict[int, float]
    waiting: float
    decoding: float
    batch_size: int


class _ImageTimer(Hook):
    """Measure the seconds of each image, and those until it was there."""

    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self.seconds: Dict[int, float] = {}
        self.waiting = 0.0
        self.batch_size = 0

    def before_test_epoch(self, runner: Runner) -> None:
        self._last = time.perf_counter()

    def before_test_iter(self, *args, **kwargs) -> None:
        self._begin = time.perf_counter()
        self.waiting += self._begin - self._last

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict, outputs: Sequence
    ) -> None:
        self._last = time.perf_counter()
        self.batch_size = max(self.batch_size, len(outputs))
        share = (self._last - self._begin) / len(outputs)
        self.seconds.update({sample.img_id: share for sample in outputs})


class Predicted(NamedTuple):
    """What a network found.

    Attributes:
        entries (list[dict]): People in COCO's format.
        timing (Timing): How long it took.
    """

    entries: List[dict]
    timing: Timing


def predict(cfg: Config, checkpoint: Union[str, Path], **test_cfg: str) -> Predicted:
    """Find the people of a config's test images, as ``mmpose-ae test`` does.

    Args:
        cfg (Config): With COCO's metric.
        checkpoint (str | Path): Weights.
        **test_cfg: Settings of the model in testing besides those of the config.

    Returns:
        Predicted: People as the metric writes them.
    """
    cfg = Config(cfg.to_dict(), filename=cfg.filename)
    cfg.merge_from_dict(dict(model=dict(test_cfg=test_cfg)))
    with TemporaryDirectory() as folder, naming_types(cfg):
        prefix = f'{folder}/results'
        only_written = dict(format_only=True, outfile_prefix=prefix)
        cfg.test_evaluator = dict(find_metric(cfg, 'coco'), **only_written)
        runner = build_tester(cfg, checkpoint, folder)
        timer, stopwatch = _ImageTimer(), Stopwatch(get_device())
        decoder = getattr(getattr(runner.model, 'head', None), 'decoder', None)
        stopwatch.watch(decoder, 'decoding', ('propose', 'pick', 'group'))
        runner.register_hook(timer)
        runner.test()
        entries = read_entries(f'{prefix}.keypoints.json')
    count = max(len(timer.seconds), 1)
    waiting, decoding = timer.waiting / count, stopwatch.seconds['decoding'] / count
    timing = Timing(_device(), timer.seconds, waiting, decoding, timer.batch_size)
    return Predicted(entries, timing)


def predict_oracle(
    cfg: Config, checkpoint: Union[str, Path], task: Task, kind: str
) -> Union[float, str]:
    """Test with the truth in place of some maps.

    Args:
        cfg (Config): With COCO's metric.
        checkpoint (str | Path): Weights.
        task (Task): Of the config.
        kind (str): One of ``ORACLES``.

    Returns:
        float | str: AP; instead of it why it cannot be done, of heads without tags.
    """
    try:
        predicted = predict(cfg, checkpoint, ground_truth=kind)
    except ValueError as error:
        return str(error)
    return evaluate(task, predicted.entries)['AP']


def _device() -> str:
    if get_device().startswith('cuda'):
        return torch.cuda.get_device_name()
    threads = torch.get_num_threads()
    return f'{get_device()}, {threads} thread{"s" * (threads > 1)}'
