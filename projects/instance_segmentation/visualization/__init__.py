"""Pictures of masks and of the tags of pixels."""

from .mask_visualizer import MaskVisualizer, paint_masks
from .tag_picture import tag_picture

__all__ = ['MaskVisualizer', 'paint_masks', 'tag_picture']
