"""Strategies that group candidates into people, and their result; numpy alone, or with scipy."""

from .candidates import LARGEST, UNMATCHED, Candidates
from .density import DensityGrouping
from .greedy import DISTANCES, GreedyGrouping
from .instances import Instances, collect_instances, fill_instances
from .offsets import match_offsets
from .poses import Poses, rank_poses
from .strategies import STRATEGIES, Strategy, build_strategy, describe_strategy

__all__ = [
    'DISTANCES',
    'LARGEST',
    'STRATEGIES',
    'UNMATCHED',
    'Candidates',
    'DensityGrouping',
    'GreedyGrouping',
    'Instances',
    'Poses',
    'Strategy',
    'build_strategy',
    'collect_instances',
    'describe_strategy',
    'fill_instances',
    'match_offsets',
    'rank_poses',
]
