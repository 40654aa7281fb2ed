"""Building blocks shared by heads and backbones."""

from .upsample import UpsampleModule

__all__ = ['UpsampleModule']
