"""Correlation of tag dimensions: whether more of them are of any use."""

from typing import Dict, List, Optional

import numpy as np

from mmpose_ae.registry import METRICS

from .instance_tag_metric import InstanceTagMetric
from .instance_tags import tag_correlation


@METRICS.register_module()
class EmbeddingCorrelationMetric(InstanceTagMetric):
    """Mean absolute correlation coefficient between the dimensions of tags, averaged over images.

    At 1 the tags of an image lie on a line, as if they had one dimension. Independent dimensions
    do not give 0: with the four people of the smallest images 0.5 is to be expected. Results:
    ``mean``, NaN for tags of one dimension, and ``images``, the number of those that count.

    Args:
        min_people (int): Images with fewer people do not count; the paper takes "more than 3".
        tag_dim (int, optional): Use the first dimensions only. With ``flip_test`` those of the
            head are the first view; the second one nearly repeats them. None uses all.
        **kwargs: Arguments of MMEngine's ``BaseMetric``.

    Source: Coupled Embedding (Wang et al. 2022), Section 1, Figure 2.
    """

    default_prefix = 'embedding_correlation'

    def __init__(self, min_people: int = 4, tag_dim: Optional[int] = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.min_people = min_people
        self.tag_dim = tag_dim

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Average the coefficients.

        Args:
            results (list[dict]): ``tags`` of all images.

        Returns:
            dict: The metrics.
        """
        correlations = self.correlations([image['tags'] for image in results])
        mean = float(correlations.mean()) if len(correlations) else np.nan
        return dict(mean=mean, images=len(correlations))

    def correlations(self, tags: List[np.ndarray]) -> np.ndarray:
        """Compute the coefficient of each image that has one.

        Args:
            tags (list[np.ndarray]): Tags of the people of each image, (N, L) each.

        Returns:
            np.ndarray: At most one number per image, float64.
        """
        crowds = [image[:, : self.tag_dim] for image in tags if len(image) >= self.min_people]
        found = np.array([tag_correlation(image) for image in crowds])
        return found[~np.isnan(found)]
