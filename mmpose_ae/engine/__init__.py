"""What MMEngine lacks for running on the CPU: mixed precision, memory layout, several processes."""

from .autocast_optim_wrapper import AutocastOptimWrapper
from .channels_last_hook import ChannelsLastHook
from .cpu_distributed import prepare_cpu_distributed

__all__ = ['AutocastOptimWrapper', 'ChannelsLastHook', 'prepare_cpu_distributed']
