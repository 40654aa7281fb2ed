"""Weights of HigherHRNet, the release of Cheng et al. 2020 (github HRNet)."""

import re
from typing import Dict

from torch import Tensor

from .hrnet import RULES as BACKBONE_RULES
from .key_map import rename_keys


def convert_higher_hrnet(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of ``PoseHigherResolutionNet`` as an estimator with HRNet and AEHead does.

    Args:
        state_dict (dict[str, Tensor]): Keys as in the network's own state dict, without a prefix.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*`` and ``head.*``.

    Raises:
        KeyError: A key is not one of the network.
    """
    return rename_keys(state_dict, RULES)


def _residual_block(match: re.Match) -> str:
    module, block, layer = match.groups()
    return f'head.upsample_modules.{module}.blocks.{int(block) - 1}.{layer}'


def _later_final_layer(match: re.Match) -> str:
    index, parameter = match.groups()
    return f'head.upsample_final_layers.{int(index) - 1}.{parameter}'


RULES = (
    *BACKBONE_RULES,
    (r'final_layers\.0\.(\w+)', r'head.final_layer.\1'),
    (r'final_layers\.(\d+)\.(\w+)', _later_final_layer),
    (r'deconv_layers\.(\d+)\.0\.([01]\.\w+)', r'head.upsample_modules.\1.deconv.\2'),
    (r'deconv_layers\.(\d+)\.(\d+)\.0\.((?:conv|bn)[12]\.\w+)', _residual_block),
)
