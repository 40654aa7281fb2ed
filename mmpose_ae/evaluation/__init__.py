"""Metrics that MMPose lacks."""

from .coco_metric import CocoMetric
from .crowd_subset_metric import CrowdSubsetMetric
from .embedding_correlation_metric import EmbeddingCorrelationMetric
from .group_margin_metric import GroupMarginMetric
from .instance_matching import MatchedImage, match_instances
from .instance_matching_metric import InstanceMatchingMetric
from .keypoint_error_metric import KeypointErrorMetric
from .mpii_multi_person_metric import MpiiMultiPersonMetric
from .score_threshold_metric import ScoreThresholdMetric, Threshold, choose_threshold
from .tag_reading import image_to_cells, map_grid, predicted_maps, read_tags

__all__ = [
    'CocoMetric',
    'CrowdSubsetMetric',
    'EmbeddingCorrelationMetric',
    'GroupMarginMetric',
    'InstanceMatchingMetric',
    'KeypointErrorMetric',
    'MatchedImage',
    'MpiiMultiPersonMetric',
    'ScoreThresholdMetric',
    'Threshold',
    'choose_threshold',
    'image_to_cells',
    'map_grid',
    'match_instances',
    'predicted_maps',
    'read_tags',
]
