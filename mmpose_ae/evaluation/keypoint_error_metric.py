"""How far off keypoints are: PCK and mean error in pixels, of people who are matched first."""

from typing import Any, Dict, List, NamedTuple, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric
from mmpose.evaluation.functional import keypoint_epe, keypoint_pck_accuracy

from mmpose_ae.datasets.annotations import is_labelled
from mmpose_ae.grouping.oks import check_sigmas, object_keypoint_similarity
from mmpose_ae.options import check_between, check_positive
from mmpose_ae.registry import METRICS
from mmpose_ae.tracking.association import match


class ComparedPeople(NamedTuple):
    """Annotated people, and what was predicted of each.

    Attributes:
        keypoints (np.ndarray): Annotated places, (N, K, 2), in pixels.
        labelled (np.ndarray): Which of these are known, (N, K), bool.
        sizes (np.ndarray): Larger side of each box, (N,), in pixels.
        predicted (np.ndarray): Predicted places, (N, K, 2); infinitely far away if there is none.
        matched (np.ndarray): Who was found at all, (N,), bool.
    """

    keypoints: np.ndarray
    labelled: np.ndarray
    sizes: np.ndarray
    predicted: np.ndarray
    matched: np.ndarray


def compare_people(
    annotations: Sequence[dict],
    keypoints: np.ndarray,
    keypoint_scores: np.ndarray,
    sigmas: np.ndarray,
    oks_thr: float,
) -> ComparedPeople:
    """Match the predicted people of an image to the annotated ones, one to one.

    Args:
        annotations (sequence[dict]): Of the image, in COCO's format. People without keypoints, and
            crowds, are not compared.
        keypoints (np.ndarray): Predictions, (M, K, 2), in pixels.
        keypoint_scores (np.ndarray): Theirs, (M, K); 0 is a keypoint that was not found.
        sigmas (np.ndarray): Tolerance of each keypoint type, (K,).
        oks_thr (float): Pairs have more than this object keypoint similarity, and together the
            largest.

    Returns:
        ComparedPeople: Those who are annotated, in their order.
    """
    people = [ann for ann in annotations if is_labelled(ann)]
    truth = np.array([ann['keypoints'] for ann in people], float).reshape(-1, len(sigmas), 3)
    places, labelled = truth[..., :2], truth[..., 2] > 0
    areas = np.array([ann['area'] for ann in people], float)
    counted = np.broadcast_to(labelled, (len(keypoints), *labelled.shape))
    similarity = object_keypoint_similarity(keypoints, places, areas, sigmas, counted)
    rows, columns = match(similarity, oks_thr)
    predicted = np.full(places.shape, np.inf)
    predicted[columns] = np.where(keypoint_scores[rows, :, None] > 0, keypoints[rows], np.inf)
    matched = np.zeros(len(people), bool)
    matched[columns] = True
    sizes = np.array([max(ann['bbox'][2:]) for ann in people], float)
    return ComparedPeople(places, labelled, sizes, predicted, matched)


@METRICS.register_module()
class KeypointErrorMetric(BaseMetric):
    """PCK and mean error of keypoints, which MMPose has of single people, of several people.

    People are matched one to one first. Invented people do not count here, AP counts them.

    - ``PCK``: share of the annotated keypoints that are predicted within ``thr`` of the larger side
      of the person's box; the mean over the types of keypoints. Those of people who were not found
      are wrong.
    - ``EPE``: mean error in pixels of the keypoints that were found; NaN if none were.
    - ``found``: share of the annotated people who are matched.

    Args:
        thr (float): Least wrong distance, in larger sides of the box.
        oks_thr (float): Least object keypoint similarity of a match. A low one, so that what is
            far off is measured, too.
        **options: Those of MMEngine's ``BaseMetric``.
    """

    default_prefix = 'keypoints'

    def __init__(self, thr: float = 0.2, oks_thr: float = 0.1, **options: Any) -> None:
        check_positive('thr', thr)
        check_between('oks_thr', oks_thr, 0, 1)
        super().__init__(**options)
        self.thr = thr
        self.oks_thr = oks_thr

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Match the people of a batch.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Predictions with ``pred_instances``, in pixels of the
                image, and ``raw_ann_info``, the image's annotations in COCO's format.

        Raises:
            ValueError: If the metainfo of the dataset has no sigmas.
        """
        sigmas = check_sigmas(self.dataset_meta['sigmas'])
        for sample in data_samples:
            predicted = sample['pred_instances']
            keypoints = np.asarray(predicted['keypoints'], float)
            scores = np.asarray(predicted['keypoint_scores'], float)
            annotations = sample.get('raw_ann_info') or []
            self.results.append(
                compare_people(annotations, keypoints, scores, sigmas, self.oks_thr)
            )

    def compute_metrics(self, results: List[ComparedPeople]) -> Dict[str, float]:
        """Compute the metrics.

        Args:
            results (list[ComparedPeople]): Of all images.

        Returns:
            dict: The metrics; all NaN where nobody is annotated.
        """
        everybody = ComparedPeople(*map(np.concatenate, zip(*results)))
        places, labelled, sizes, predicted, matched = everybody
        if not len(matched):
            return dict.fromkeys(('PCK', 'EPE', 'found'), float('nan'))
        sides = np.repeat(sizes[:, None], 2, axis=1)
        _, pck, _ = keypoint_pck_accuracy(predicted, places, labelled, self.thr, sides)
        known = labelled & np.isfinite(predicted).all(-1)
        error = keypoint_epe(predicted, places, known) if known.any() else float('nan')
        return dict(PCK=float(pck), EPE=float(error), found=float(matched.mean()))
