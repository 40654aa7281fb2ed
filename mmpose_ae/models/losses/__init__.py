"""Losses of bottom-up pose estimation."""

from .associative_embedding_loss import AssociativeEmbeddingLoss

__all__ = ['AssociativeEmbeddingLoss']
