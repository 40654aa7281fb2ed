"""Necks that MMPose lacks."""

from .light_fpn import LightFPN

__all__ = ['LightFPN']
