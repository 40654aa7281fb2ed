"""The recurrent networks, their losses, and the head and codec around them."""

from .frozen_backbone_pose_estimator import FrozenBackbonePoseEstimator
from .recurrent_association_codec import RecurrentAssociationCodec
from .recurrent_association_head import RecurrentAssociationHead
from .recurrent_association_loss import RecurrentAssociationLoss
from .unrolling import Chunk, InstanceUnroller

__all__ = [
    'Chunk',
    'FrozenBackbonePoseEstimator',
    'InstanceUnroller',
    'RecurrentAssociationCodec',
    'RecurrentAssociationHead',
    'RecurrentAssociationLoss',
]
