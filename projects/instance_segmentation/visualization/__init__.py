"""Pictures of masks and of the tags of pixels."""

from .mask_visualizer import MaskVisualizer
from .tag_picture import tag_picture

__all__ = ['MaskVisualizer', 'tag_picture']
