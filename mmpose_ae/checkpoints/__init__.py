"""Checkpoints: read without running code, and published weights under the names of this package."""

from .center_group import convert_center_group
from .coupled_embedding import convert_coupled_embedding
from .downloading import cache_path, load_from_http
from .formats import FORMATS, convert_checkpoint, is_foreign
from .higher_hrnet import convert_higher_hrnet
from .hrnet import convert_hrnet
from .keypoint_transfer import transfer_keypoints
from .mmpose_0x import convert_mmpose_0x
from .notes import note_in_meta
from .pose_ae_train import convert_pose_ae_train
from .reading import CheckpointError, Origin, load_from_local
from .resuming import (
    describe_progress,
    find_intact_checkpoint,
    list_checkpoints,
    load_resumable,
    resume_newest,
)
from .schemes import register_loaders
from .start_weights import drop_start_weights

__all__ = [
    'FORMATS',
    'CheckpointError',
    'Origin',
    'cache_path',
    'convert_center_group',
    'convert_checkpoint',
    'convert_coupled_embedding',
    'convert_higher_hrnet',
    'convert_hrnet',
    'convert_mmpose_0x',
    'convert_pose_ae_train',
    'describe_progress',
    'drop_start_weights',
    'find_intact_checkpoint',
    'is_foreign',
    'list_checkpoints',
    'load_from_http',
    'load_from_local',
    'load_resumable',
    'register_loaders',
    'note_in_meta',
    'resume_newest',
    'transfer_keypoints',
]

register_loaders()
