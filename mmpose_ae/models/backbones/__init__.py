"""Backbones that MMPose lacks, or has for one size of input alone."""

from .hourglass_ae import HourglassAE
from .lite_hrnet import LiteHRNet

__all__ = ['HourglassAE', 'LiteHRNet']
