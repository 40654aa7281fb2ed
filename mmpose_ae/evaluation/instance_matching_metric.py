"""What metrics have in common that match predicted to annotated people."""

from typing import Any, List, Sequence

import numpy as np
from mmengine.evaluator import BaseMetric

from .instance_matching import MatchedImage, match_instances


class InstanceMatchingMetric(BaseMetric):
    """Collect people, and match those of all images as COCO's evaluation does.

    Args:
        oks_thr (float): Least object keypoint similarity of a match.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.
    """

    def __init__(self, oks_thr: float = 0.5, **kwargs) -> None:
        super().__init__(**kwargs)
        self.oks_thr = oks_thr

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the people of a batch.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Predictions with ``pred_instances``, in pixels of the
                image, and ``raw_ann_info``, the image's annotations in COCO's format.
        """
        for sample in data_samples:
            predicted = sample['pred_instances']
            scores = np.asarray(predicted['bbox_scores'], float)
            kept = self.counts(scores)
            self.results.append(
                dict(
                    keypoints=np.asarray(predicted['keypoints'], float)[kept],
                    scores=scores[kept],
                    annotations=sample.get('raw_ann_info') or [],
                )
            )

    def counts(self, scores: np.ndarray) -> np.ndarray:
        """Tell which people of an image count, (N,), bool: all of them."""
        return np.ones(len(scores), bool)

    def match(self, results: List[dict]) -> MatchedImage:
        """Match the people of all images.

        Args:
            results (list[dict]): What :meth:`process` collects.

        Returns:
            MatchedImage: Of all images together, one after the other.
        """
        sigmas = np.asarray(self.dataset_meta['sigmas'], float)
        images = match_instances(results, sigmas, self.oks_thr)
        return MatchedImage(
            np.concatenate([image.scores for image in images]),
            np.concatenate([image.found for image in images]),
            sum(image.annotated for image in images),
        )
