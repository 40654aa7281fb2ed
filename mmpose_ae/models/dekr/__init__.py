"""DEKR, Disentangled Keypoint Regression (Geng et al. 2021, arXiv:2104.02300), on MMPose's head."""

from .adaptive_convolution import AdaptiveBlock, AdaptiveConv2d, sampled_places
from .dekr_head import DEKRHead

__all__ = ['AdaptiveBlock', 'AdaptiveConv2d', 'DEKRHead', 'sampled_places']
