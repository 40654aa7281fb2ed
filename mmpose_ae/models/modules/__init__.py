"""Building blocks shared by heads and backbones."""

from .exact_conv import ExactConv2d
from .upsample import UpsampleModule

__all__ = ['ExactConv2d', 'UpsampleModule']
