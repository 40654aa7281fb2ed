"""Group margin: whether grouping can tell the people of an image apart."""

from typing import Dict, List

import numpy as np

from mmpose_ae.registry import METRICS

from .instance_tag_metric import InstanceTagMetric
from .instance_tags import group_margin


@METRICS.register_module()
class GroupMarginMetric(InstanceTagMetric):
    """The smallest tag distance between people minus the grouping threshold, averaged over images.

    Images with fewer than two people have no margin. Results: ``mean`` over all images that have
    one; ``negative``, the part of them whose margin is below 0; ``people_N``, the mean over
    images with N people; ``occlusion_A-B``, the mean over images whose crowd index is at
    least A and below B (what is 1 or more belongs to the last interval).

    Args:
        tag_threshold (float): Threshold of grouping, ``decode_tag_thr`` of the codec.
        num_degrees (int): Intervals of equal width of the occlusion degree.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.

    Source: Coupled Embedding (Wang et al. 2022), Section 4.3, Figure 5.
    """

    default_prefix = 'group_margin'

    def __init__(self, tag_threshold: float = 1.0, num_degrees: int = 10, **kwargs) -> None:
        super().__init__(**kwargs)
        self.tag_threshold = tag_threshold
        self.num_degrees = num_degrees

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Average the margins.

        Args:
            results (list[dict]): ``tags`` and ``occlusion`` of all images.

        Returns:
            dict: The metrics; only for numbers and degrees that occur.
        """
        crowds = [image for image in results if len(image['tags']) > 1]
        margins = np.array([group_margin(image['tags'], self.tag_threshold) for image in crowds])
        metrics = dict(mean=_mean(margins), negative=_mean(margins < 0))
        people = np.array([len(image['tags']) for image in crowds])
        for number in np.unique(people):
            metrics[f'people_{number}'] = _mean(margins[people == number])
        degrees = occlusion_degrees([image['occlusion'] for image in crowds], self.num_degrees)
        for degree in np.unique(degrees):
            low, high = (edge / self.num_degrees for edge in (degree, degree + 1))
            metrics[f'occlusion_{low:g}-{high:g}'] = _mean(margins[degrees == degree])
        return metrics


def occlusion_degrees(occlusions: List[float], num_degrees: int) -> np.ndarray:
    """Number the intervals, from 0, in which crowd indices fall; the last one has no end."""
    edges = np.arange(1, num_degrees) / num_degrees
    return np.searchsorted(edges, occlusions, side='right')


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else np.nan
