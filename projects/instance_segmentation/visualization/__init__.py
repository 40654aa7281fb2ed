"""Pictures of masks and of the tags of pixels."""

from .mask_visualizer import MaskVisualizer, paint_masks

__all__ = ['MaskVisualizer', 'paint_masks']
