"""Inference entry points."""

from .embedding_pictures import TrainedModel, draw_embeddings
from .prediction_pictures import draw_predictions

__all__ = ['TrainedModel', 'draw_embeddings', 'draw_predictions']
