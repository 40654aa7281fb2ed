"""Heads: dense predictions to losses in training and to instances in testing."""

from .ae_head import AEHead, TagViewOptions
from .bottomup_head import BottomupHead
from .by_tags import groups_by_tags
from .codec_head import CodecHead, Predictions
from .ground_truth import GroundTruth
from .inputs import Inputs, describe_inputs
from .outputs import BottomupOutputs, Predicted, Proposed
from .predictions import to_instance_data, to_pixel_data, to_poses
from .supervision import Supervision, input_size_of
from .views import (
    ViewOptions,
    average_heatmaps,
    flip_back,
    list_views,
    merge_resolutions,
    resize,
)

__all__ = [
    'AEHead',
    'BottomupHead',
    'BottomupOutputs',
    'CodecHead',
    'GroundTruth',
    'Inputs',
    'Predicted',
    'Predictions',
    'Proposed',
    'Supervision',
    'TagViewOptions',
    'ViewOptions',
    'average_heatmaps',
    'describe_inputs',
    'flip_back',
    'groups_by_tags',
    'input_size_of',
    'list_views',
    'merge_resolutions',
    'resize',
    'to_instance_data',
    'to_pixel_data',
    'to_poses',
]
