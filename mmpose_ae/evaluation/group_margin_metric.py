"""Group margin: whether grouping can tell the people of an image apart."""

from collections import defaultdict
from typing import Dict, List, Sequence

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
        tag_threshold (float): Threshold of grouping, ``tag_threshold`` of the codec.
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
        crowds = [image['tags'] for image in results if len(image['tags']) > 1]
        margins = np.array([group_margin(tags, self.tag_threshold) for tags in crowds])
        metrics = dict(mean=_mean(margins), negative=_mean(margins < 0))
        for number, mean in self.means_by_number(results).items():
            metrics[f'people_{number}'] = mean
        for degree, mean in self.means_by_occlusion(results).items():
            low, high = (edge / self.num_degrees for edge in (degree, degree + 1))
            metrics[f'occlusion_{low:g}-{high:g}'] = mean
        return metrics

    def means_by_number(self, results: List[dict]) -> Dict[int, float]:
        """Average the margins of images with equally many people, by their number."""
        return self._means(results, [len(image['tags']) for image in results])

    def means_by_occlusion(self, results: List[dict]) -> Dict[int, float]:
        """Average the margins of images in each interval of the crowd index, counted from 0."""
        occlusions = [image['occlusion'] for image in results]
        return self._means(results, occlusion_degrees(occlusions, self.num_degrees))

    def _means(self, results: List[dict], groups: Sequence[int]) -> Dict[int, float]:
        margins = defaultdict(list)
        for group, image in zip(groups, results):
            if len(image['tags']) > 1:
                margins[int(group)].append(group_margin(image['tags'], self.tag_threshold))
        return {group: _mean(margins[group]) for group in sorted(margins)}


def occlusion_degrees(occlusions: Sequence[float], num_degrees: int) -> np.ndarray:
    """Number the intervals, from 0, in which crowd indices fall; the last one has no end."""
    edges = np.arange(1, num_degrees) / num_degrees
    return np.searchsorted(edges, occlusions, side='right')


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else np.nan
