"""Data sets of masks, and what brings them to a network."""

from .coco import CocoInstanceDataset
from .instance_map import VOID, InstanceMap
from .load_instance_map import LoadInstanceMap
from .pack_instance_inputs import PackInstanceInputs
from .pose_mask_dataset import PoseMaskDataset
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
