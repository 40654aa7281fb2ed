"""Published weights: read without running code, and brought under the names of this package."""

from .center_group import convert_center_group
from .coupled_embedding import convert_coupled_embedding
from .formats import FORMATS, convert_checkpoint
from .higher_hrnet import convert_higher_hrnet
from .hrnet import convert_hrnet
from .mmpose_0x import convert_mmpose_0x
from .pose_ae_train import convert_pose_ae_train
from .reading import CheckpointError, load_from_http, load_from_local

__all__ = [
    'FORMATS',
    'CheckpointError',
    'convert_center_group',
    'convert_checkpoint',
    'convert_coupled_embedding',
    'convert_higher_hrnet',
    'convert_hrnet',
    'convert_mmpose_0x',
    'convert_pose_ae_train',
    'load_from_http',
    'load_from_local',
]
