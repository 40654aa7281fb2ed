"""What MMEngine lacks for training on the CPU and for resuming a run exactly."""

from .autocast_optim_wrapper import AutocastOptimWrapper
from .channels_last_hook import ChannelsLastHook
from .cpu_distributed import prepare_cpu_distributed
from .epoch_seed_hook import EpochSeedHook
from .unscaled_rates import keep_unscaled_rates

__all__ = [
    'AutocastOptimWrapper',
    'ChannelsLastHook',
    'EpochSeedHook',
    'keep_unscaled_rates',
    'prepare_cpu_distributed',
]
