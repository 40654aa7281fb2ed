"""From maps to masks; nothing of it is learned."""

from .mask_decoder import MaskDecoder
from .masks import Masks
from .person_masks import PersonMasks
from .tag_modes import TagDensity, TagHistogram

__all__ = ['MaskDecoder', 'Masks', 'PersonMasks', 'TagDensity', 'TagHistogram']
