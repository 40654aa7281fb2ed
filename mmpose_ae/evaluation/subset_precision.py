"""Average precision on some of the images of a data set."""

import contextlib
import io
from typing import Any, Dict, Hashable, List

import numpy as np
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval


def subset_precisions(
    truth: COCO, detections: COCO, subsets: Dict[Hashable, List[int]], **options: Any
) -> Dict[Hashable, float]:
    """Compute the average precision on subsets as on annotation files with their images alone.

    Args:
        truth (COCO): Annotations of all images.
        detections (COCO): Predictions, as its ``loadRes`` gives them.
        subsets (dict): Ids of images, by the name of a subset.
        **options: Those of ``COCOeval``.

    Returns:
        dict: AP by name; -1 where nobody is to be found.
    """
    evaluation = COCOeval(truth, detections, **options)
    return {name: _precision(evaluation, images) for name, images in subsets.items()}


def _precision(evaluation: COCOeval, images: List[int]) -> float:
    """AP on some images; ``summarize`` would read easy ones and others from the file."""
    if not images:
        return -1.0
    evaluation.params.imgIds = images
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
        evaluation.evaluate()
        evaluation.accumulate()
    areas = evaluation.params.areaRngLbl.index('all')
    precision = evaluation.eval['precision'][..., areas, :]
    known = precision[precision > -1]
    return float(np.mean(known)) if known.size else -1.0
