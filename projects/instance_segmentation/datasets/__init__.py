"""Data sets of masks, and what brings them to a network."""

from .coco import CocoInstanceDataset, PoseMaskDataset
from .instance_map import VOID, InstanceMap
from .load_instance_map import LoadInstanceMap, PackInstanceInputs
from .sbd import SbdInstanceDataset
from .voc import VocInstanceDataset

__all__ = [
    'VOID',
    'CocoInstanceDataset',
    'InstanceMap',
    'LoadInstanceMap',
    'PackInstanceInputs',
    'PoseMaskDataset',
    'SbdInstanceDataset',
    'VocInstanceDataset',
]
