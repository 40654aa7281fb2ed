"""Weights of pose-ae-train, the release of Associative Embedding (github princeton-vl)."""

import re
from typing import Dict

from torch import Tensor

from .key_map import rename_keys

HOURGLASS_PARTS = {'up1': 'skip', 'low1': 'down.1', 'low2': 'inner', 'low3': 'up.0'}


def convert_pose_ae_train(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of its ``PoseNet`` as an estimator with a ``HourglassAE`` backbone does.

    Args:
        state_dict (dict[str, Tensor]): Keys as in ``PoseNet.state_dict()``, without a prefix.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*``; ``AEHead`` has no weights on this backbone.

    Raises:
        KeyError: A key is not one of ``PoseNet``.
    """
    return rename_keys(state_dict, RULES)


def _hourglass(match: re.Match) -> str:
    stack, path, layer = match.groups()
    parts = '.'.join(HOURGLASS_PARTS[part] for part in path.split('.'))
    return f'backbone.stacks.{stack}.0.{parts}.{layer}'


# MMPose's HourglassAENet has the same stacks.
STACK_RULES = (
    (r'(\d+)\.0\.((?:low2\.)*(?:up1|low[123]))\.((?:conv|bn)\.\w+)', _hourglass),
    (r'(\d+)\.([12])\.((?:conv|bn)\.\w+)', r'backbone.stacks.\1.\2.\3'),
)
RULES = (
    (r'pre\.(\d+)\.((?:conv|bn)\.\w+)', r'backbone.stem.\1.\2'),
    *((rf'features\.{old}', new) for old, new in STACK_RULES),
    (r'outs\.(\d+)\.conv\.(\w+)', r'backbone.predictions.\1.\2'),
    (r'merge_features\.(\d+)\.conv\.conv\.(\w+)', r'backbone.merge_features.\1.\2'),
    (r'merge_preds\.(\d+)\.conv\.conv\.(\w+)', r'backbone.merge_predictions.\1.\2'),
)
