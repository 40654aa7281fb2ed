"""What a config evaluates on, and how."""

import contextlib
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Dict, List, NamedTuple, Union

import numpy as np
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmpose_ae.coco_evaluation import IOU_TYPES
from mmpose_ae.config_files import config_part
from mmpose_ae.datasets.transforms import reading_of
from mmpose_ae.evaluation import CocoMetric
from mmpose_ae.evaluation.testing import find_metric
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.registry import DATASETS, METRICS
from mmpose_ae.submission import check_entries, read_entries

from .people import ImagePeople, gather_people

CLOSE = 1e-9  # of two numbers that must be the same


class Task(NamedTuple):
    """Annotated images, and the metric of them.

    Attributes:
        metric (CocoMetric): Of the config.
        metainfo (dict): Of the dataset.
        image_folder (str): Where the images are.
        image_reading (dict): Options of reading them, as :func:`whole_image` takes them.
    """

    metric: CocoMetric
    metainfo: dict
    image_folder: str
    image_reading: dict

    @property
    def content(self) -> dict:
        """The annotation file."""
        return self.metric.coco.dataset

    @property
    def sigmas(self) -> np.ndarray:
        """Tolerance of each keypoint type, (K,)."""
        return np.asarray(self.metainfo['sigmas'], float)

    @property
    def mirror(self) -> np.ndarray:
        """Index of the same keypoint of the other side, (K,)."""
        return np.asarray(self.metainfo['flip_indices'], int)

    @property
    def names(self) -> List[str]:
        """Of the keypoints, K."""
        return keypoint_names(self.metainfo)

    def gather(self, entries: List[dict]) -> List[ImagePeople]:
        """The people of each image, with those of a list of results."""
        metric = self.metric
        is_crowd = metric.iou_type == 'keypoints_crowd'
        return gather_people(self.content, entries, len(self.sigmas), metric.use_area, is_crowd)


def read_task(cfg: Config) -> Task:
    """Read what a config tests on.

    Args:
        cfg (Config): With COCO's metric.

    Returns:
        Task: With its annotations.

    Raises:
        FileNotFoundError: If the annotation file is not there.
        ValueError: If the config has no such metric, the metric has rules of its own, or there are
            no images.
    """
    settings = find_metric(cfg, 'coco')
    for option in ('gt_converter', 'pred_converter'):
        if settings.get(option):
            raise ValueError(f'{option} of the metric: a report is of keypoints as they are')
    if settings.get('iou_type', IOU_TYPES[0]) not in IOU_TYPES:
        raise ValueError(f'iou_type must be one of {IOU_TYPES}, got {settings["iou_type"]!r}')
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        dataset = DATASETS.build(dict(config_part(cfg, 'test_dataloader.dataset'), lazy_init=True))
        settings['ann_file'] = settings.get('ann_file') or dataset.ann_file
        metric = METRICS.build(dict(settings, format_only=False))
    metric.dataset_meta = dataset.metainfo
    if not metric.coco.dataset['images']:
        raise ValueError(f'{metric.ann_file} has no images')
    folder = dataset.data_prefix['img']
    return Task(metric, dataset.metainfo, folder, reading_of(dataset))


def read_results(path: Union[str, Path], task: Task) -> List[dict]:
    """Read people from a file of results in COCO's format.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no such file, or of other images or keypoints; names file and entry.
    """
    entries = read_entries(path)
    check_entries(entries, len(task.sigmas), str(path), {i['id'] for i in task.content['images']})
    return entries


def evaluate(task: Task, entries: List[dict]) -> Dict[str, float]:
    """Evaluate people as ``mmpose-ae test`` does.

    Args:
        task (Task): On what.
        entries (list[dict]): People in COCO's format.

    Returns:
        dict: Results of the metric, by name.
    """
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        prefix = f'{folder}/results'
        Path(f'{prefix}.keypoints.json').write_text(json.dumps(entries))
        return dict(task.metric._do_python_keypoint_eval(prefix))
