"""Metrics that MMPose lacks."""

from .coco_metric import CocoMetric
from .crowd_subset_metric import CrowdSubsetMetric
from .embedding_correlation_metric import EmbeddingCorrelationMetric
from .group_margin_metric import GroupMarginMetric
from .tag_reading import image_to_cells, map_grid, predicted_maps, read_tags

__all__ = [
    'CocoMetric',
    'CrowdSubsetMetric',
    'EmbeddingCorrelationMetric',
    'GroupMarginMetric',
    'image_to_cells',
    'map_grid',
    'predicted_maps',
    'read_tags',
]
