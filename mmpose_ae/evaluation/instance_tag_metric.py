"""What the metrics of the tags of true instances have in common."""

from typing import Any, Sequence

from mmengine.evaluator import BaseMetric

from mmpose_ae.datasets.crowding import sample_occlusion

from .instance_tags import mean_tags


class InstanceTagMetric(BaseMetric):
    """Collect the mean tags of the true instances of every image, whatever the head.

    The estimator's ``test_cfg`` needs ``output_heatmaps=True``. Tags are those that grouping
    sees: with ``flip_test`` they have the dimensions of both views, scaled by ``view_distance``.
    """

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Read the tags of a batch.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): Predictions, see :func:`mean_tags`.
        """
        for sample in data_samples:
            self.results.append(dict(tags=mean_tags(sample), occlusion=sample_occlusion(sample)))
