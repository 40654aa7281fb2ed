"""Coupled Embedding (Wang et al. 2022): tags that also tell the scale of the instance."""

from .coupled_embedding_head import CoupledEmbeddingHead
from .coupled_embedding_loss import CoupledEmbeddingLoss
from .instance_scale import scale_map_from_boxes, scale_map_from_tags
from .scale_adaptive_heatmap_loss import ScaleAdaptiveHeatmapLoss

__all__ = [
    'CoupledEmbeddingHead',
    'CoupledEmbeddingLoss',
    'ScaleAdaptiveHeatmapLoss',
    'scale_map_from_boxes',
    'scale_map_from_tags',
]
