"""What MMEngine lacks for training on the CPU and for resuming a run exactly."""

from .autocast_optim_wrapper import AutocastOptimWrapper
from .channels_last_hook import ChannelsLastHook
from .cpu_distributed import prepare_cpu_distributed
from .epoch_seed_hook import EpochSeedHook

__all__ = ['AutocastOptimWrapper', 'ChannelsLastHook', 'EpochSeedHook', 'prepare_cpu_distributed']
