"""The parts of CenterGroup (Braso et al. 2021, arXiv:2110.05132) that group."""

from .center_grouping_module import CenterGroupingModule
from .embedding_net import EmbeddingNet
from .grouping_attention import GroupingAttention
from .position_encoding import encode_positions, sine_encoding
from .prediction_layer import PredictionLayer
from .structures import GroupingOutputs, Nodes
from .transformer_encoder import TransformerEncoder

__all__ = [
    'CenterGroupingModule',
    'EmbeddingNet',
    'GroupingAttention',
    'GroupingOutputs',
    'Nodes',
    'PredictionLayer',
    'TransformerEncoder',
    'encode_positions',
    'sine_encoding',
]
