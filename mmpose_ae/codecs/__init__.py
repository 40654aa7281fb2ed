"""Codecs: keypoints to training targets, maps of a network to people."""

from mmpose_ae.decoding import Completion
from mmpose_ae.grouping import STRATEGIES
from mmpose_ae.registry import TASK_UTILS

from .ae_decoder import AEDecoder
from .bottomup_codec import BottomupCodec
from .center_group_codec import CenterGroupCodec
from .center_offset_codec import CenterOffsetCodec
from .cid_codec import CIDCodec, PersonTargets
from .dekr_codec import DEKRCodec
from .heatmap_targets import HeatmapTargets, Targets
from .maps import CenterProposals, GroupedCenters, Maps, OffsetProposals, TagProposals
from .presets import PRESETS

# The strategies, which need nothing but numpy, under the names by which configs call them
for _strategy in STRATEGIES.values():
    TASK_UTILS.register_module(module=_strategy)

__all__ = [
    'PRESETS',
    'AEDecoder',
    'BottomupCodec',
    'CIDCodec',
    'CenterGroupCodec',
    'CenterOffsetCodec',
    'CenterProposals',
    'Completion',
    'DEKRCodec',
    'GroupedCenters',
    'HeatmapTargets',
    'Maps',
    'OffsetProposals',
    'PersonTargets',
    'TagProposals',
    'Targets',
]
