"""The grouping strategies under the names by which configs call them."""

from mmpose_ae.grouping import DensityGrouping, GreedyGrouping
from mmpose_ae.registry import TASK_UTILS

for strategy in (DensityGrouping, GreedyGrouping):
    TASK_UTILS.register_module(module=strategy)
