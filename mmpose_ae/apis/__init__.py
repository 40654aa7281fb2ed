"""Inference entry points."""

from .prediction_pictures import draw_predictions

__all__ = ['draw_predictions']
