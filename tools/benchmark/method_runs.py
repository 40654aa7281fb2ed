"""Train a method, test it, follow people on videos with it, and time it beside others."""

import time
from dataclasses import replace
from typing import Callable, Dict, List, Optional, Tuple

from method_configs import DATA, Run, make_steps
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn
from tracking import follow, predict_videos

# isort: split
import numpy as np
from mmpose.apis import init_model

from mmpose_ae.checkpoints import find_intact_checkpoint, resume_newest
from mmpose_ae.datasets.synth_crowd import crossings, make_scene
from mmpose_ae.evaluation.track_measures import measure_people
from mmpose_ae.score_learning.examples import find_examples, read_images
from mmpose_ae.score_learning.learning import learn
from mmpose_ae.whole_files import write_whole

SPENT = 'training_seconds'
CROSSING = (2, 5)  # fewest and most people of a video
PEOPLE = (5, 20)  # of the pictures that are timed
PICTURES = 3  # of each number of people
EXAMPLES = 750  # images of training from which a score is learned


def clock() -> float:
    """Seconds of CPU time, which other programs disturb less; beside a GPU by the clock."""
    return time.process_time() if get_device() == 'cpu' else time.perf_counter()


class TrainingTime(Hook):
    """Count seconds of training; checkpoints carry them, so that interruptions do not matter."""

    def before_train(self, runner: Runner) -> None:
        """Begin to count."""
        self.since = clock()

    def after_train_epoch(self, runner: Runner) -> None:
        """Add the epoch, before its checkpoint is written."""
        now, spent = clock(), runner.message_hub.runtime_info.get(SPENT, 0.0)
        runner.message_hub.update_info(SPENT, spent + now - self.since)
        self.since = now


def train(steps: List[Config]) -> Tuple[Runner, float]:
    """Train one or two configs, the second from the weights of the first.

    Args:
        steps (list[Config]): The configs; what is trained already is only loaded.

    Returns:
        tuple: The runner of the last one, and the seconds of all.
    """
    seconds, checkpoint = 0.0, None
    for cfg in steps:
        if checkpoint:
            cfg.model.init_cfg.checkpoint = checkpoint
        resume_newest(cfg)
        runner = Runner.from_cfg(cfg)
        runner.register_hook(TrainingTime())
        runner.train()
        seconds += runner.message_hub.get_info(SPENT)
        checkpoint = find_intact_checkpoint(cfg)
    return runner, seconds


def measure(run: Run) -> Dict[str, Optional[float]]:
    """Train and measure one of ``METHODS``; gives the numbers of its row."""
    runner, seconds = train(make_steps(run))
    accuracy = read_metrics(runner.test())
    parameters = sum(parameter.numel() for parameter in runner.model.parameters())
    return dict(
        accuracy,
        AP_scored=measure_scored(run),
        switches=count_switches(load(run), run),
        parameters_m=parameters / 1e6,
        minutes=seconds / 60,
    )


def read_metrics(metrics: Dict[str, float]) -> Dict[str, Optional[float]]:
    """Pick the numbers of a row.

    Args:
        metrics (dict): Of an evaluation.

    Returns:
        dict: ``AP``, ``AP_hard`` and ``AR``; ``invented``, the share of people shown who are not
        there, and ``missed``, the share of those there who are not shown, both at the least score
        with the best F1. None is what there is nothing to measure of.
    """
    precision, recall = (metrics.get(f'people/{name}') for name in ('precision', 'recall'))
    named = {'AP': 'AP', 'AP_hard': 'AP hard', 'AR': 'AR'}
    row = {name: metrics[f'coco/{metric}'] for name, metric in named.items()}
    return dict(
        {name: None if value < 0 else value for name, value in row.items()},
        invented=None if precision is None else 1 - precision,
        missed=None if recall is None else 1 - recall,
    )


def measure_scored(run: Run) -> Optional[float]:
    """Learn a score from images of training, as ``mmpose-ae train-score`` does.

    Args:
        run (Run): Trained.

    Returns:
        float: AP by this score. None where nobody is found who could be ranked.
    """
    cfg, path = make_steps(run)[-1], run.work_dir / 'score.npz'
    cfg.load_from, cfg.model.init_cfg = find_intact_checkpoint(cfg), None
    task = read_images(cfg, None, None)
    ids = sorted(image['id'] for image in task.content['images'])[:EXAMPLES]
    examples = find_examples(cfg, cfg.load_from, task, ids)
    if not any(len(example.features) for example in examples):
        return None
    learned = learn(examples, task.names, task.sigmas, run.seed)
    write_whole(path, learned.score.to_bytes())
    cfg.model.head.decoder.learned_score = str(path)
    return read_metrics(Runner.from_cfg(cfg).test())['AP']


def load(run: Run) -> nn.Module:
    """Build a network with what it has learned."""
    cfg = make_steps(run)[-1]
    checkpoint, cfg.model.init_cfg = find_intact_checkpoint(cfg), None
    return init_model(cfg, checkpoint, device=get_device())


def count_switches(model: nn.Module, run: Run) -> float:
    """Count how often ids change on videos of crossings, by the default rule of tracking."""
    form, sigmas = run.form, np.array(model.dataset_meta['sigmas'])
    videos = predict_videos(model, run.seed, form.videos, form.frames, crossings(CROSSING))
    matched = [follow(truth, seen, sigmas, dict(sigmas=sigmas), 0.0) for truth, seen in videos]
    return measure_people(matched)['IDSW']


def time_networks(finders: Dict[str, Callable], data: str, repeats: int) -> Dict[str, Dict]:
    """Time networks in one process, one after the other on each picture.

    Args:
        finders (dict): By name, what finds people on a picture.
        data (str): One of ``DATA``; its pictures, but for the number of people.
        repeats (int): Rounds, after one to warm up.

    Returns:
        dict: By name, ``ms_5`` and ``ms_20``: medians of milliseconds per picture.
    """
    times = {name: {} for name in finders}
    for people in PEOPLE:
        settings = replace(DATA[data], people=(people, people), empty=0.0)
        images = [make_scene(0, index, settings).image for index in range(PICTURES)]
        spent = {name: [] for name in finders}
        for image in images * (1 + repeats):
            for name, find in finders.items():
                start = clock()
                find(image)
                spent[name].append(clock() - start)
        for name, seconds in spent.items():
            times[name][f'ms_{people}'] = 1e3 * float(np.median(seconds[PICTURES:]))
    return times
