"""CenterGroup (Braso et al. 2021, arXiv:2110.05132): its detector, its grouping, its baseline."""

from .center_ae_head import CenterAEHead
from .center_group_head import CenterGroupHead
from .center_group_loss import CenterGroupLoss
from .center_grouping_module import CenterGroupingModule
from .center_offset_head import CenterOffsetHead
from .center_offset_loss import CenterOffsetLoss
from .center_targets import CenterTargets, collect_targets
from .embedding_net import EmbeddingNet
from .grouping_attention import GroupingAttention
from .matching import match_centers
from .position_encoding import encode_positions, sine_encoding
from .prediction_layer import PredictionLayer
from .sigmoid_focal_loss import sigmoid_focal_loss
from .structures import GroupingOutputs, Nodes
from .transformer_encoder import TransformerEncoder

__all__ = [
    'CenterAEHead',
    'CenterGroupHead',
    'CenterGroupLoss',
    'CenterGroupingModule',
    'CenterOffsetHead',
    'CenterOffsetLoss',
    'CenterTargets',
    'EmbeddingNet',
    'GroupingAttention',
    'GroupingOutputs',
    'Nodes',
    'PredictionLayer',
    'TransformerEncoder',
    'collect_targets',
    'encode_positions',
    'match_centers',
    'sigmoid_focal_loss',
    'sine_encoding',
]
