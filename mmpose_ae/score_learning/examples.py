"""Examples to learn from: what a network finds on images whose people are known."""

from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

import numpy as np
from mmengine.config import Config
from tqdm import tqdm

from mmpose_ae.codecs import BottomupCodec
from mmpose_ae.config_files import config_part
from mmpose_ae.decoding import pose_features
from mmpose_ae.evaluation.testing import find_metric
from mmpose_ae.grouping import LARGEST, Poses
from mmpose_ae.prediction.predictor import Predictor
from mmpose_ae.report.people import Found, ImagePeople
from mmpose_ae.report.task import Task, read_task


class Example(NamedTuple):
    """An image.

    Attributes:
        people (ImagePeople): Who is annotated, and who was found.
        features (np.ndarray): What a score reads of each person who was found, (P, D).
    """

    people: ImagePeople
    features: np.ndarray


class Recorder:
    """In the place of a learned score, it remembers who is to be ranked, and changes nothing."""

    def __init__(self) -> None:
        self.seen: List[Poses] = []

    def rank(self, poses: Poses) -> Poses:
        """Remember the people of an image."""
        self.seen.append(poses)
        return poses

    def check_keypoints(self, *_) -> None:
        """Take people of any keypoints, where a learned score refuses some."""


def read_images(cfg: Config, ann_file: Optional[str], images: Optional[str]) -> Task:
    """Read which images there are to learn from.

    Args:
        cfg (Config): Tests with COCO's metric; it is not changed.
        ann_file (str, optional): Annotation file in COCO's format. None is that of training.
        images (str, optional): Folder of its images.

    Returns:
        Task: Of these images.

    Raises:
        FileNotFoundError: If the annotation file is not there.
        ValueError: If training has no single annotation file, or the metric is another one.
    """
    cfg = Config(cfg.to_dict(), filename=cfg.filename)
    if ann_file is None:
        config_part(cfg, 'test_dataloader').dataset = _training_images(cfg)
    else:
        place = dict(data_root='', ann_file=ann_file, data_prefix=dict(img=images))
        config_part(cfg, 'test_dataloader.dataset').update(place)
    cfg.test_evaluator = dict(find_metric(cfg, 'coco'), ann_file=None)
    return read_task(cfg)


def _training_images(cfg: Config) -> dict:
    dataset = dict(cfg.get('train_dataloader', {}).get('dataset', {}), test_mode=True)
    if 'ann_file' not in dataset:
        raise ValueError(
            f'{cfg.filename} has no training data of one annotation file, but '
            f'{dataset.get("type")}: give --ann-file and --images'
        )
    return dataset


def find_examples(
    cfg: Config, checkpoint: str, task: Task, image_ids: Sequence[int]
) -> List[Example]:
    """Look for people with a network.

    Args:
        cfg (Config): Of it.
        checkpoint (str): Its weights.
        task (Task): Who is annotated.
        image_ids (sequence): Where to look.

    Returns:
        list[Example]: Of each of these images, by id.

    Raises:
        ValueError: If the network has a refiner or a codec of somebody else, or an image cannot be
            read.
    """
    if cfg.model.get('refiner'):
        raise ValueError(
            'a refiner moves people when they are ranked: --cfg-options model.refiner=None '
            'learns without it'
        )
    chosen = set(image_ids)
    images = [image for image in task.gather([]) if image.image_id in chosen]
    names = {image['id']: image['file_name'] for image in task.content['images']}
    paths = [str(Path(task.image_folder) / names[image.image_id]) for image in images]
    predictor, recorder = Predictor(cfg, checkpoint, score_threshold=-LARGEST), Recorder()
    codec = predictor.model.head.decoder
    if not isinstance(codec, BottomupCodec):
        raise ValueError(
            f'{type(codec).__name__} ranks by no learned score: it is no codec of mmpose_ae'
        )
    codec.learned_score = recorder
    predictions = predictor(paths, keep_images=False)
    found = [each.poses for each in tqdm(predictions, total=len(paths), disable=None)]
    known = zip(images, found, recorder.seen, strict=True)
    return [_example(image, poses, seen, task.sigmas) for image, poses, seen in known]


def _example(image: ImagePeople, poses: Poses, seen: Poses, sigmas: np.ndarray) -> Example:
    """An image with its people in its pixels, read as they were before they got there.

    Those without a keypoint that was found are left out, as evaluation does.
    """
    points = poses.keypoints.astype(float)
    found = Found(points, poses.instance_scores, np.ptp(points, axis=1).prod(1))
    shown = (poses.keypoint_scores > 0).any(1)
    people = image._replace(found=found.take(shown))
    return Example(people, pose_features(seen, sigmas)[shown])
