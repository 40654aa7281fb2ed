"""COCO's keypoint evaluation by faster-coco-eval, with the names and arguments of xtcocotools.

MMPose evaluates with xtcocotools, which holds numpy below 2 and ends the process on damaged run
lengths. :func:`mmpose_ae.compat.install_stand_ins` puts this module in its place.
"""

import warnings
from typing import Optional

import numpy as np
from faster_coco_eval import COCO as _COCO
from faster_coco_eval.core.cocoeval import Params as _Params
from faster_coco_eval.core.faster_eval_api import COCOeval as _COCOeval

IOU_TYPES = ('keypoints', 'keypoints_crowd')
BOX_TO_AREA = 0.53  # xtcocotools', where there is no area or none is wanted


class COCO(_COCO):
    """An annotation file, indexed."""

    def createIndex(self) -> None:
        """Index what is in ``dataset``; ids of 0, of which the original warns, are fine here."""
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', 'Found annotation id 0')
            super().createIndex()


class Params(_Params):
    """Thresholds, area ranges, and what is evaluated."""

    useSegm = None  # set to None by MMPose; the original would take that for 'bbox'


class COCOeval(_COCOeval):
    """Average precision and recall of keypoints, as xtcocotools computes them.

    Call ``evaluate``, ``accumulate`` and ``summarize``; ``stats`` and ``eval`` hold the results.
    There is no ``evalImgs``: what happens in single images stays inside faster-coco-eval.

    Args:
        cocoGt (COCO): Annotations, with ``bbox`` and ``keypoints``.
        cocoDt (COCO): Predictions, as its ``loadRes`` gives them.
        iouType (str): ``'keypoints'``, or ``'keypoints_crowd'`` for CrowdPose's rules: its
            ``num_keypoints`` tell who counts, and ``stats`` end with the AP of images whose
            ``crowdIndex`` is below 0.2, below 0.8, and higher.
        sigmas (np.ndarray, optional): Falloff of each keypoint type, (K,); COCO's without it.
        use_area (bool): Use ``area`` of the annotations; False takes 0.53 of their boxes.

    Raises:
        ValueError: If the type is another one.
        KeyError: If an annotation or image lacks what the type needs; names it.
    """

    def __init__(
        self,
        cocoGt: COCO,
        cocoDt: COCO,
        iouType: str = 'keypoints',
        sigmas: Optional[np.ndarray] = None,
        use_area: bool = True,
    ) -> None:
        if iouType not in IOU_TYPES:
            raise ValueError(
                f'iouType must be one of {IOU_TYPES}, got {iouType!r}; with xtcocotools installed '
                'MMPOSE_AE_EVALUATOR=xtcocotools in the environment gives its other types'
            )
        truth = _truth(cocoGt, iouType == 'keypoints_crowd', use_area)
        super().__init__(truth, _predictions(cocoDt), iouType, use_area=use_area)
        self.params = Params(iouType, sigmas)
        self.params.imgIds = sorted(truth.getImgIds())
        self.params.catIds = sorted(truth.getCatIds())
        del self.evalImgs


def _truth(coco: COCO, is_crowd: bool, use_area: bool) -> COCO:
    """Annotations in the form that faster-coco-eval reads; what it misses, it takes for 0."""
    needed = {'bbox', 'keypoints'} | ({'num_keypoints'} if is_crowd else set())
    _require(coco.dataset['annotations'], needed | ({'area'} if use_area else set()), 'annotation')
    _require(coco.dataset['images'], {'crowdIndex'} if is_crowd else set(), 'image')
    truth = _numbered(
        coco,
        lambda ann: dict(
            area=ann['area'] if use_area else BOX_TO_AREA * ann['bbox'][2] * ann['bbox'][3],
            # CrowdPose counts the visible ones only, which its keypoints do not tell.
            num_keypoints=ann['num_keypoints'] if is_crowd else _count_labelled(ann),
        ),
    )
    # Where the crowd index is read, so that it need not come from a file.
    truth.annotation_file = dict(images=coco.dataset['images'])
    return truth


def _predictions(coco: COCO) -> COCO:
    """Predictions; like xtcocotools without those that have no keypoint of positive score."""
    return _numbered(coco, lambda ann: dict(drop=not _count_labelled(ann)))


def _numbered(coco: COCO, changes: callable) -> COCO:
    """Copy annotations with changes, and ids from 1, since 0 stands for no match."""
    copy = COCO()
    copy.dataset = dict(
        coco.dataset,
        annotations=[
            dict(ann, id=n, **changes(ann)) for n, ann in enumerate(coco.dataset['annotations'], 1)
        ],
    )
    copy.createIndex()
    return copy


def _count_labelled(ann: dict) -> int:
    return int(np.count_nonzero(np.asarray(ann['keypoints'][2::3]) > 0))


def _require(entries: list, keys: set, kind: str) -> None:
    for entry in entries:
        if not keys <= entry.keys():
            missing = ', '.join(sorted(keys - entry.keys()))
            raise KeyError(f'{kind} {entry["id"]} has no {missing}, which the evaluation needs')
