"""Building blocks shared by heads and backbones."""

from .center_group import (
    CenterGroupingModule,
    EmbeddingNet,
    GroupingOutputs,
    Nodes,
    encode_positions,
)
from .upsample import UpsampleModule

__all__ = [
    'CenterGroupingModule',
    'EmbeddingNet',
    'GroupingOutputs',
    'Nodes',
    'UpsampleModule',
    'encode_positions',
]
