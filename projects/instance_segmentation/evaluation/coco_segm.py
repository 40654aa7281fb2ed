"""COCO's evaluation of masks, by faster-coco-eval."""

from typing import Dict, List, Sequence

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from faster_coco_eval import mask as coco_mask

from mmpose_ae.prediction.masks import encode_mask
from projects.instance_segmentation.datasets.instance_map import VOID, InstanceMap

NAMES = ('AP', 'AP50', 'AP75', 'APs', 'APm', 'APl', 'AR1', 'AR10', 'AR100', 'ARs', 'ARm', 'ARl')


def annotate(truth: InstanceMap, image_id: int, category_ids: Sequence[int]) -> List[dict]:
    """Annotations of a map in COCO's format, without ids; void is a crowd of every category."""
    found = [(mask, c, 0) for mask, c in zip(truth.masks(), truth.categories)]
    void = truth.labels == VOID
    if void.any():
        found += [(void, c, 1) for c in range(len(category_ids))]
    return [
        dict(
            image_id=image_id,
            category_id=int(category_ids[category]),
            segmentation=encode_mask(mask),
            area=float(np.count_nonzero(mask)),
            bbox=coco_mask.toBbox(encode_mask(mask)).tolist(),
            iscrowd=is_crowd,
        )
        for mask, category, is_crowd in found
    ]


def coco_segm(truth: dict, predictions: List[dict]) -> Dict[str, float]:
    """Evaluate masks.

    Args:
        truth (dict): What a file of annotations holds: ``images``, ``annotations``,
            ``categories``.
        predictions (list[dict]): ``image_id``, ``category_id``, ``segmentation`` and ``score``.

    Returns:
        dict: COCO's twelve numbers by name, 0 to 1; -1 where there is nothing to find.
    """
    coco = COCO(truth)
    evaluation = COCOeval_faster(coco, coco.loadRes(predictions), 'segm')
    evaluation.run()
    return dict(zip(NAMES, map(float, evaluation.stats)))
