"""Datasets and data transforms of bottom-up pose estimation."""

from . import transforms

__all__ = ['transforms']
