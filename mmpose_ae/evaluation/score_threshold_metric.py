"""From which score on a predicted person is more likely there than not worth showing."""

import logging
from typing import Dict, List, NamedTuple

import numpy as np
from mmengine.logging import print_log

from mmpose_ae.registry import METRICS

from .instance_matching_metric import InstanceMatchingMetric


class Threshold(NamedTuple):
    """A least score, and what comes of it.

    Attributes:
        score (float): Between the last person that is kept and the first that is not.
        precision (float): Share of the kept people who are there.
        recall (float): Share of the annotated people who are kept.
        f1 (float): Harmonic mean of both.
    """

    score: float
    precision: float
    recall: float
    f1: float


def choose_threshold(scores: np.ndarray, found: np.ndarray, annotated: int) -> Threshold:
    """Choose the least score with the best F1.

    Args:
        scores (np.ndarray): Of all predicted people, in any order, (P,).
        found (np.ndarray): Which of them are there, (P,), bool.
        annotated (int): Number of people that are there.

    Returns:
        Threshold: The highest of equally good ones, half way to the next lower score.

    Raises:
        ValueError: Nobody is there, or nobody who is there was found.
    """
    order = np.argsort(-scores, kind='stable')
    scores, true = scores[order], np.cumsum(found[order])
    if not annotated or not true.size or not true[-1]:
        raise ValueError(
            f'no score threshold can be chosen: {annotated} people are annotated, '
            f'{len(scores)} were predicted, and none of them is there'
        )
    f1 = 2 * true / (np.arange(1, len(true) + 1) + annotated)
    ends = np.append(scores[1:] < scores[:-1], True)  # people of one score are kept together
    last = int(np.where(ends, f1, -1).argmax())
    next_score = scores[last + 1] if last + 1 < len(scores) else 0.0
    return Threshold(
        float((scores[last] + next_score) / 2),
        float(true[last] / (last + 1)),
        float(true[last] / annotated),
        float(f1[last]),
    )


@METRICS.register_module()
class ScoreThresholdMetric(InstanceMatchingMetric):
    """Choose the least score of a person on data with annotations: that of the best F1.

    People are matched as COCO's evaluation does; who matches a crowd region, or somebody without
    labelled keypoints, does not count.

    Args:
        oks_thr (float): Least object keypoint similarity of a match.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.
    """

    default_prefix = 'people'

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Choose the threshold on all images.

        Args:
            results (list[dict]): What :meth:`process` collects.

        Returns:
            dict: ``score_threshold``, and its ``precision``, ``recall`` and ``f1``. Empty, with a
            line in the log, where none can be chosen: other metrics of a test are not lost.
        """
        try:
            chosen = choose_threshold(*self.match(results))
        except ValueError as error:
            print_log(str(error), 'current', logging.WARNING)
            return {}
        named = chosen._asdict()
        return dict(score_threshold=named.pop('score'), **named)
