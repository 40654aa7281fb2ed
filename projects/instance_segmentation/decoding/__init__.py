"""From maps to masks; nothing of it is learned."""

from .mask_decoder import MaskDecoder
from .masks import Masks
from .tag_modes import TagDensity, TagHistogram

__all__ = ['MaskDecoder', 'Masks', 'TagDensity', 'TagHistogram']
