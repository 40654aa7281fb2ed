"""Networks and losses of bottom-up pose estimators; a folder for each method of several."""

from . import (
    backbones,
    center_group,
    cid,
    coupled_embedding,
    data_preprocessors,
    dekr,
    heads,
    losses,
    modules,
    necks,
    pose_estimators,
    scale_adaptation,
)

__all__ = [
    'backbones',
    'center_group',
    'cid',
    'coupled_embedding',
    'data_preprocessors',
    'dekr',
    'heads',
    'losses',
    'modules',
    'necks',
    'pose_estimators',
    'scale_adaptation',
]
