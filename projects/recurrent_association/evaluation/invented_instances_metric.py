"""People who are predicted but are not there, and people who are missed."""

from typing import Dict, List, Sequence

import numpy as np

from mmpose_ae.evaluation import InstanceMatchingMetric
from mmpose_ae.registry import METRICS


@METRICS.register_module()
class InventedInstancesMetric(InstanceMatchingMetric):
    """Count the predicted people who match nobody annotated, for any head.

    People are matched as COCO's evaluation does, greedily by score. Who matches a crowd region,
    or somebody without labelled keypoints, is not counted. All results are means over images:

    - ``invented``: predicted people who match nobody,
    - ``missed``: annotated people who are matched by nobody,
    - ``invented_at_recall_R``: those invented by the time that the share R of all annotated people
      is found, when predictions of all images are taken by descending score; NaN if so many are
      never found. Heads whose scores mean different things can be compared by it.

    Args:
        score_thr (float): Predictions with a lower score are left out.
        oks_thr (float): Least object keypoint similarity of a match.
        recalls (sequence[float]): Shares R.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.

    Source: Section 2.2 of the paper: Associative Embedding "tends to overestimate the number of
    person poses, many of which are invalid".
    """

    default_prefix = 'instances'

    def __init__(
        self,
        score_thr: float = 0.0,
        oks_thr: float = 0.5,
        recalls: Sequence[float] = (0.5,),
        **kwargs,
    ) -> None:
        super().__init__(oks_thr=oks_thr, **kwargs)
        self.score_thr = score_thr
        self.recalls = recalls

    def counts(self, scores: np.ndarray) -> np.ndarray:
        """Tell which people of an image count, (N,), bool."""
        return scores >= self.score_thr

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Match the people of all images and count.

        Args:
            results (list[dict]): What :meth:`process` collects.

        Returns:
            dict: The metrics.
        """
        scores, found, annotated = self.match(results)
        found = found[np.argsort(-scores, kind='stable')]
        metrics = dict(
            invented=(~found).sum() / len(results), missed=(annotated - found.sum()) / len(results)
        )
        for recall in self.recalls:
            enough = np.cumsum(found) >= recall * annotated
            invented = np.cumsum(~found)[enough.argmax()] if enough.any() else np.nan
            metrics[f'invented_at_recall_{recall:g}'] = invented / len(results)
        return {name: float(value) for name, value in metrics.items()}
