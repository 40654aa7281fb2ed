"""Datasets and data transforms of bottom-up pose estimation."""

from . import synth_crowd, transforms
from .coco_dataset import CocoDataset
from .crowdpose_dataset import CrowdPoseDataset
from .ochuman_dataset import OCHumanDataset

__all__ = ['CocoDataset', 'CrowdPoseDataset', 'OCHumanDataset', 'synth_crowd', 'transforms']
