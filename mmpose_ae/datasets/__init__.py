"""Datasets and data transforms of bottom-up pose estimation."""

from . import synth_crowd, transforms
from .clip_dataset import ClipDataset, collate_clips
from .coco_dataset import CocoDataset
from .crowdpose_dataset import CrowdPoseDataset
from .mpii_dataset import MpiiDataset
from .ochuman_dataset import OCHumanDataset
from .still_clip_dataset import StillClipDataset

__all__ = [
    'ClipDataset',
    'CocoDataset',
    'CrowdPoseDataset',
    'MpiiDataset',
    'OCHumanDataset',
    'StillClipDataset',
    'collate_clips',
    'synth_crowd',
    'transforms',
]
