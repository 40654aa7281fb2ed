"""Strategies that group candidates into people, and their result; numpy and scipy alone."""

from .candidates import UNMATCHED, Candidates
from .density import DensityGrouping
from .greedy import DISTANCES, GreedyGrouping
from .instances import Instances, collect_instances, fill_instances
from .offsets import match_offsets
from .poses import Poses, rank_poses

__all__ = [
    'DISTANCES',
    'UNMATCHED',
    'Candidates',
    'DensityGrouping',
    'GreedyGrouping',
    'Instances',
    'Poses',
    'collect_instances',
    'fill_instances',
    'match_offsets',
    'rank_poses',
]
