"""Backbones, heads and losses of bottom-up pose estimators."""

from . import backbones, data_preprocessors, heads, losses, modules, pose_estimators

__all__ = ['backbones', 'data_preprocessors', 'heads', 'losses', 'modules', 'pose_estimators']
