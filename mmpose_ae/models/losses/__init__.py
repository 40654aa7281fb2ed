"""Losses of bottom-up pose estimation."""

from .associative_embedding_loss import AssociativeEmbeddingLoss
from .center_group_loss import CenterGroupLoss
from .center_offset_loss import CenterOffsetLoss
from .center_targets import CenterTargets, collect_targets
from .coupled_embedding_loss import CoupledEmbeddingLoss
from .instance_scale import scale_map_from_boxes, scale_map_from_tags
from .scale_adaptive_heatmap_loss import ScaleAdaptiveHeatmapLoss
from .sigmoid_focal_loss import sigmoid_focal_loss

__all__ = [
    'AssociativeEmbeddingLoss',
    'CenterGroupLoss',
    'CenterOffsetLoss',
    'CenterTargets',
    'CoupledEmbeddingLoss',
    'ScaleAdaptiveHeatmapLoss',
    'collect_targets',
    'scale_map_from_boxes',
    'scale_map_from_tags',
    'sigmoid_focal_loss',
]
