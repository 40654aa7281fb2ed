"""Target heatmaps that are wider for large people and narrower for small ones, for any head."""

from .heatmap_scale import HeatmapScale
from .instance_scale import InstanceScale
from .learned_scale import LearnedScale
from .scale_adaptive_heatmap_loss import ScaleAdaptiveHeatmapLoss
from .weight_adaptive_heatmap_loss import WeightAdaptiveHeatmapLoss

__all__ = [
    'HeatmapScale',
    'InstanceScale',
    'LearnedScale',
    'ScaleAdaptiveHeatmapLoss',
    'WeightAdaptiveHeatmapLoss',
]
