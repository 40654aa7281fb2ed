"""Data sets of masks, and what brings them to a network."""

from .instance_map import VOID, InstanceMap

__all__ = ['VOID', 'InstanceMap']
