"""Match predicted to annotated instances with COCO's own evaluation."""

import contextlib
import io
from typing import List, NamedTuple, Sequence

import numpy as np

# Unlike the evaluator behind MMPose's metrics this one keeps the matches of every image.
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from mmpose_ae.ops.similarity import AREA_PER_BOX

PERSON = dict(id=1)


class MatchedImage(NamedTuple):
    """What COCO's evaluation finds in one image.

    Attributes:
        scores (np.ndarray): Of the predictions that count, best first, (P,), float.
        found (np.ndarray): Which ones match an annotation, (P,), bool.
        annotated (int): How many annotations are to be found.
    """

    scores: np.ndarray
    found: np.ndarray
    annotated: int


def match_instances(
    images: Sequence[dict], sigmas: np.ndarray, oks_thr: float
) -> List[MatchedImage]:
    """Match the instances of all images.

    Args:
        images (sequence[dict]): ``keypoints`` (N, K, 2) in pixels and ``scores`` (N,) of the
            predictions, and ``annotations`` in COCO's format, ``area`` and ``iscrowd`` being
            optional.
        sigmas (np.ndarray): Falloff of each keypoint type, (K,).
        oks_thr (float): Least object keypoint similarity of a match.

    Returns:
        list[MatchedImage]: Of all images.
    """
    annotations = [[_annotation(raw) for raw in image['annotations']] for image in images]
    predictions = [list(map(_prediction, image['keypoints'], image['scores'])) for image in images]
    evaluation = COCOeval(_index(annotations), _index(predictions), 'keypoints')
    evaluation.params.kpt_oks_sigmas = sigmas
    evaluation.params.iouThrs = [oks_thr]
    evaluation.params.areaRng = [[0, np.inf]]
    evaluation.params.maxDets = [max(map(len, predictions))]
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
        evaluation.evaluate()
    return [_read(image) for image in evaluation.evalImgs]


def _annotation(raw: dict) -> dict:
    area = raw.get('area', AREA_PER_BOX * np.prod(raw['bbox'][2:]))
    labelled = int(np.count_nonzero(np.asarray(raw['keypoints'][2::3]) > 0))
    return dict(raw, area=area, iscrowd=raw.get('iscrowd', 0), num_keypoints=labelled)


def _prediction(keypoints: np.ndarray, score: float) -> dict:
    """A prediction of known keypoints only, of no size, which nothing depends on."""
    flat = np.pad(keypoints, ((0, 0), (0, 1)), constant_values=1).ravel()
    return dict(keypoints=flat, score=score, area=0)


def _index(instances: Sequence[List[dict]]) -> COCO:
    """Number images and instances, (N,) of each image, as COCO's files do.

    Instances count from 1: the evaluation takes 0 for no match.
    """
    coco = COCO()
    numbered = [(i, instance) for i, image in enumerate(instances) for instance in image]
    coco.dataset = dict(
        images=[dict(id=i) for i, _ in enumerate(instances)],
        categories=[PERSON],
        annotations=[
            dict(instance, id=n, image_id=i, category_id=PERSON['id'])
            for n, (i, instance) in enumerate(numbered, 1)
        ],
    )
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
    return coco


def _read(image: dict) -> MatchedImage:
    """Read the results for the only threshold; there are none for an image without instances."""
    if image is None:
        return MatchedImage(np.zeros(0), np.zeros(0, bool), 0)
    counted = ~np.array(image['dtIgnore'][0], bool)
    scores, matches = np.array(image['dtScores'], float), image['dtMatches'][0]
    to_find = ~np.array(image['gtIgnore'], bool)
    return MatchedImage(scores[counted], matches[counted] > 0, int(to_find.sum()))
