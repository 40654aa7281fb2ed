"""Inference entry points."""

from .attention_pictures import draw_attention
from .embedding_pictures import TrainedModel, draw_embeddings
from .prediction_pictures import draw_predictions

__all__ = ['TrainedModel', 'draw_attention', 'draw_embeddings', 'draw_predictions']
