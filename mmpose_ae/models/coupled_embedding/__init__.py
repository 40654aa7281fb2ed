"""Coupled Embedding (Wang et al. 2022): tags that also tell the scale of the instance."""

from .coupled_embedding_head import CoupledEmbeddingHead
from .coupled_embedding_loss import CoupledEmbeddingLoss

__all__ = [
    'CoupledEmbeddingHead',
    'CoupledEmbeddingLoss',
]
