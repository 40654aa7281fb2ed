"""What MMEngine lacks for training on the CPU, for surviving a kill and for resuming exactly."""

from .acceleration import accelerate
from .autocast_optim_wrapper import AutocastOptimWrapper
from .channels_last_hook import ChannelsLastHook
from .checkpoint_hook import CheckpointHook
from .cpu_distributed import leaving_group, prepare_cpu_distributed
from .dataset_meta_hook import DatasetMetaHook
from .epoch_seed_hook import EpochSeedHook, epoch_seed
from .mixed_precision import is_fast, mixed_precision
from .pose_visualization_hook import PoseVisualizationHook
from .resumed_validation_hook import ResumedValidationHook
from .sync_buffers_hook import SyncBuffersHook
from .unscaled_rates import keep_unscaled_rates

__all__ = [
    'AutocastOptimWrapper',
    'ChannelsLastHook',
    'CheckpointHook',
    'DatasetMetaHook',
    'EpochSeedHook',
    'PoseVisualizationHook',
    'ResumedValidationHook',
    'SyncBuffersHook',
    'accelerate',
    'epoch_seed',
    'is_fast',
    'keep_unscaled_rates',
    'leaving_group',
    'mixed_precision',
    'prepare_cpu_distributed',
]
