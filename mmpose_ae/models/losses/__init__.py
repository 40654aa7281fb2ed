"""Losses of bottom-up pose estimation."""

from .associative_embedding_loss import AssociativeEmbeddingLoss
from .center_offset_loss import CenterOffsetLoss
from .coupled_embedding_loss import CoupledEmbeddingLoss
from .instance_scale import scale_map_from_boxes, scale_map_from_tags
from .scale_adaptive_heatmap_loss import ScaleAdaptiveHeatmapLoss

__all__ = [
    'AssociativeEmbeddingLoss',
    'CenterOffsetLoss',
    'CoupledEmbeddingLoss',
    'ScaleAdaptiveHeatmapLoss',
    'scale_map_from_boxes',
    'scale_map_from_tags',
]
