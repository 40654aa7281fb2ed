"""Datasets and data transforms of bottom-up pose estimation."""

from . import synth_crowd, transforms
from .coco_dataset import CocoDataset
from .crowdpose_dataset import CrowdPoseDataset
from .mpii_dataset import MpiiDataset
from .ochuman_dataset import OCHumanDataset

__all__ = [
    'CocoDataset',
    'CrowdPoseDataset',
    'MpiiDataset',
    'OCHumanDataset',
    'synth_crowd',
    'transforms',
]
