"""Heads: dense predictions to losses in training and to instances in testing."""

from .ae_head import AEHead
from .center_ae_head import CenterAEHead
from .center_group_head import CenterGroupHead
from .center_offset_head import CenterOffsetHead
from .coupled_embedding_head import CoupledEmbeddingHead
from .outputs import BottomupOutputs

__all__ = [
    'AEHead',
    'BottomupOutputs',
    'CenterAEHead',
    'CenterGroupHead',
    'CenterOffsetHead',
    'CoupledEmbeddingHead',
]
