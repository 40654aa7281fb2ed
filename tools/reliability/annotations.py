"""Campaign: annotation files like people's, read by training, masks and the metric.

What they make of a file is compared with a second reading, :mod:`annotation_oracle`. Somebody who
is missing, too many or elsewhere is a silent loss; so is a prediction of just those people that is
not rated as perfect.
"""

import logging
import warnings
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np
from annotation_mutations import (
    HEIGHT,
    METAINFO,
    NUM_KEYPOINTS,
    WIDTH,
    Mutated,
    mutate,
    write_images,
)
from annotation_oracle import Doubtful, Person, Truth, Unreadable, read_truth
from isolation import count_outcomes
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from outcomes import REFUSED, RIGHT, UNNAMED, WRONG, Outcome, describe

from mmpose_ae.registry import DATASETS, METRICS

SIZE = dict(type='BottomupResize', input_size=(WIDTH, HEIGHT), size_factor=16)  # as it is
LOAD, PACK = dict(type='LoadImage'), dict(type='PackPoseInputs')
TRAINING = [LOAD, SIZE, dict(type='BottomupGetHeatmapMask', stride=1), PACK]
TESTING = [LOAD, SIZE, PACK]
OFF = 0.01  # pixels: predictions are not exactly right, as an area of 0 would not matter then


class Parts(NamedTuple):
    """What a run builds before it trains."""

    training: Any
    testing: Any
    metrics: Tuple[Any, Any]  # for a prediction of everybody, and of some


def mutate_annotations(count: int, seed: int, folder: Path) -> Dict[str, int]:
    """Mutate annotation files and count what is made of them.

    Args:
        count (int): Number of files.
        seed (int): Of the mutations.
        folder (Path): An empty folder.

    Returns:
        dict: See :func:`outcomes.count_kinds`.
    """
    write_images(folder)
    return count_outcomes('annotations', partial(judge, seed=seed, folder=folder), count)


def judge(number: int, seed: int, folder: Path) -> Outcome:
    """Judge what is made of one file."""
    rng = np.random.default_rng([seed, number])
    mutated = mutate(rng)
    path = folder / f'people_{number}.json'
    path.write_text(mutated.text)
    said = _Said()
    with DefaultScope.overwrite_default_scope('mmpose_ae'), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        logger = MMLogger.get_current_instance()
        logger.addHandler(said)
        try:
            outcome = _judge_file(path, mutated, said, rng)
        finally:
            logger.removeHandler(said)
    path.unlink()
    return outcome._replace(detail=f'{"; ".join(mutated.names)} -> {outcome.detail}')


def _judge_file(path: Path, mutated: Mutated, said: '_Said', rng: np.random.Generator) -> Outcome:
    try:
        parts = _build(path)
        samples = [parts.training[i] for i in range(len(parts.training))]
        images = [parts.testing[i] for i in range(len(parts.testing))]
    except Exception as error:
        return _judge_error(error, path, mutated)
    try:
        truth = read_truth(mutated.text)
    except Unreadable as reason:
        return Outcome(WRONG, f'not refused, but {reason}')
    except Doubtful as reason:
        return Outcome(RIGHT) if said.warnings else Outcome(WRONG, f'no warning, but {reason}')
    try:
        problem = _compare(truth, parts, samples, images, rng)
    except Exception as error:
        return Outcome(UNNAMED, f'after training: {describe(error)}')
    return Outcome(WRONG, problem) if problem else Outcome(RIGHT)


def _build(path: Path) -> Parts:
    where = dict(ann_file=str(path), data_prefix=dict(img=str(path.parent)), metainfo=METAINFO)
    bottom_up = dict(type='CocoDataset', data_mode='bottomup', **where)
    metric = dict(type='CocoMetric', ann_file=str(path), nms_mode='none', score_mode='bbox')
    parts = Parts(
        DATASETS.build(dict(bottom_up, pipeline=TRAINING)),
        DATASETS.build(dict(bottom_up, pipeline=TESTING, test_mode=True)),
        (METRICS.build(metric), METRICS.build(metric)),
    )
    for evaluator in parts.metrics:
        evaluator.dataset_meta = parts.testing.metainfo
    return parts


def _judge_error(error: Exception, path: Path, mutated: Mutated) -> Outcome:
    """Refusals name the file, or the image, and say whether an annotation or an image is meant."""
    text = str(error)
    if path.name in text:
        named = all(level in text.lower() for level in mutated.where - {'file'})
    else:
        named = f'{path.parent}/' in text  # the path of an image
    return Outcome(REFUSED if named else UNNAMED, describe(error))


def _compare(
    truth: Truth,
    parts: Parts,
    samples: List[dict],
    images: List[dict],
    rng: np.random.Generator,
) -> Optional[str]:
    """What is not as the file says, None if all is."""
    for name, found in dict(training=samples, testing=images).items():
        people = Counter(_people(found))
        if people != truth.people:
            missing, more = truth.people - people, people - truth.people
            return f'{name} lacks {sum(missing.values())} people and has {sum(more.values())} more'
    return _compare_masks(truth, samples) or _compare_ratings(truth, parts, images, rng)


def _people(packed: List[dict]) -> Iterator[Person]:
    """Labelled people of a dataset."""
    for item in packed:
        sample = item['data_samples']
        shown = sample.gt_instances
        if 'keypoints' not in shown:
            continue
        for points, visible in zip(shown.keypoints, shown.keypoints_visible):
            person = tuple(
                (float(x), float(y)) if v > 0 else None for (x, y), v in zip(points, visible)
            )
            if any(person):
                yield Path(sample.img_path).name, person


def _compare_masks(truth: Truth, samples: List[dict]) -> Optional[str]:
    masks = {
        Path(item['data_samples'].img_path).name: item['data_samples'].gt_fields.heatmap_mask[0]
        for item in samples
    }
    for points, wanted in [(truth.supervised, True), (truth.masked, False)]:
        for name, (x, y) in points:
            if name in masks and bool(masks[name][round(y), round(x)]) != wanted:
                return f'{name} is {"not " * wanted}supervised at {(x, y)}'
    return None


def _compare_ratings(
    truth: Truth, parts: Parts, images: List[dict], rng: np.random.Generator
) -> Optional[str]:
    """Everybody, predicted, has AP 1, and some of them an AR of their share."""
    people = list(truth.people.elements())
    some = [people[i] for i in rng.permutation(len(people))[: (len(people) + 1) // 2]]
    everybody, part = (
        _rate(metric, images, predicted) for metric, predicted in zip(parts.metrics, (people, some))
    )
    if not people:
        return 'nobody is there, but AP is not' if max(everybody['AP'], 0) else None
    if abs(everybody['AP'] - 1) > 1e-3:
        return f'AP {everybody["AP"]:.3f} of a perfect prediction'
    if abs(part['AR'] - len(some) / len(people)) > 1e-3:
        return f'AR {part["AR"]:.3f} of {len(some)} of {len(people)} people'
    return None


def _rate(metric: Any, images: List[dict], people: List[Person]) -> Dict[str, float]:
    for item in images:
        sample = item['data_samples'].to_dict()
        name = Path(sample['img_path']).name
        points = [[p or (0, 0) for p in person] for file, person in people if file == name]
        keypoints = np.reshape(points, (-1, NUM_KEYPOINTS, 2)).astype(np.float32) + OFF
        sample['pred_instances'] = dict(
            keypoints=keypoints,
            keypoint_scores=np.ones(keypoints.shape[:2], np.float32),
            bbox_scores=np.ones(len(keypoints), np.float32),
        )
        metric.process({}, [sample])
    return metric.compute_metrics(metric.results)


class _Said(logging.Handler):
    """Keeps what is logged as a warning."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: List[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.warnings.append(record.getMessage())
