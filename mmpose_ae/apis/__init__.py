"""Inference entry points."""

from .draw_predictions import draw_predictions

__all__ = ['draw_predictions']
