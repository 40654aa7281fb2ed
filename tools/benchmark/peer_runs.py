"""Networks that people take instead, as rows: on the same images, as long as AE has trained.

A peer is a module with ``time_epoch``, ``train`` and ``FindPeople``.
"""

import json
from dataclasses import replace
from types import ModuleType
from typing import Dict, NamedTuple, Optional

import mmpose_ae  # noqa: F401  (makes MMPose importable)

# isort: split
import cv2
import rtmo_runs
import yolo_runs
from method_configs import Run, make_steps
from method_runs import read_metrics
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope

from mmpose_ae.registry import DATASETS

LEAST_SCORE = 0.01  # of people whose AP is measured


class Peer(NamedTuple):
    """What the table calls a network, and what trains it."""

    label: str
    runs: ModuleType


PEERS = {'yolo11n-pose': Peer('YOLO11n-pose', yolo_runs), 'rtmo-t': Peer('RTMO-t', rtmo_runs)}


def seconds_of_ae(run: Run) -> float:
    """How long AE was trained on the same data with the same seed."""
    path = replace(run, method='ae').row_file
    if not path.exists():
        raise SystemExit(f'error: {run.method} trains as long as ae, of which there is no {path}')
    return json.loads(path.read_text())['minutes'] * 60


def measure_peer(run: Run) -> Dict[str, Optional[float]]:
    """Train and measure a peer, so many epochs, one or more, that it takes as long as AE did.

    Args:
        run (Run): Of one of ``PEERS``.

    Returns:
        dict: The numbers of its row.
    """
    peer, cfg = PEERS[run.method].runs, make_steps(replace(run, method='ae'))[-1]
    with DefaultScope.overwrite_default_scope('mmpose_ae'):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        evaluator = Evaluator(cfg.test_evaluator)
    evaluator.dataset_meta = dataset.metainfo
    epochs = seconds_of_ae(run) / peer.time_epoch(run, dataset.metainfo)
    seconds = peer.train(run, dataset.metainfo, max(round(epochs), 1))
    find = peer.FindPeople(run, LEAST_SCORE)
    for item in dataset:
        sample = item['data_samples']
        sample.pred_instances = find(cv2.imread(sample.img_path))
        evaluator.process([sample])
    parameters = sum(parameter.numel() for parameter in find.network.parameters())
    accuracy = read_metrics(evaluator.evaluate(len(dataset)))
    return dict(accuracy, parameters_m=parameters / 1e6, minutes=seconds / 60)
