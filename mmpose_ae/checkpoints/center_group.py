"""Weights of CenterGroup, the release of Braso et al. 2021 (github dvl-tum)."""

import re
from typing import Dict

from torch import Tensor

from .higher_hrnet import RULES as DETECTOR_RULES
from .key_map import rename_keys

PARTS = {
    'kp_embed_cnn': 'keypoint_embedding',
    'person_embed_cnn': 'center_embedding',
    'q_linear': 'query',
    'k_linear': 'key',
    'v_linear': 'value',
    'mlp_vis': 'visibility_mlp',
    'mlp_person_tp': 'center_mlp',
}


def convert_center_group(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of ``CenterGroup`` as an estimator with HRNet and CenterGroupHead does.

    Args:
        state_dict (dict[str, Tensor]): Keys ``bu_model.*`` (a HigherHRNet whose last keypoint is
            the center), ``kp_embed_cnn.*``, ``person_embed_cnn.*`` and ``group_model.*``, as under
            ``state_dict`` in the released files; a part of them is converted too.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*`` and ``head.*``.

    Raises:
        KeyError: A key is not one of the network.
    """
    return rename_keys(state_dict, RULES)


def _residual_block(match: re.Match) -> str:
    net, layer, parameter = match.groups()
    return f'head.{PARTS[net]}.blocks.{int(layer) - 3}.{parameter}'  # after conv, norm and ReLU


def _widening(match: re.Match) -> str:
    net, parameter = match.groups()
    return f'head.{PARTS[net]}.widen.{parameter}'


def _initial_mlp(match: re.Match) -> str:
    layer, parameter = match.groups()
    return f'head.grouping.initial_mlp.{2 * int(layer)}.{parameter}'  # ReLU is a layer, too


def _prediction_mlp(match: re.Match) -> str:
    head, part, layer, parameter = match.groups()
    return f'head.grouping.predictions.{head}.{PARTS[part]}.{2 * int(layer)}.{parameter}'


def _attention(match: re.Match) -> str:
    head, part, parameter = match.groups()
    return f'head.grouping.predictions.{head}.attention.{PARTS[part]}.{parameter}'


GROUP_RULES = (
    (r'initial_mlp\.layers\.(\d)\.(\w+)', _initial_mlp),
    (r'kp_encoder\.mlp\.layers\.0\.(\w+)', r'head.grouping.position_layer.\1'),
    (r'kp_encoder\.type_embed\.(\w+)', r'head.grouping.type_encodings.\1'),
    (
        r'(?:tr_encoder|graph_net)\.(layers\.\d+\.(?:self_attn|linear[12]|norm[12])\.[\w.]+)',
        r'head.grouping.encoder.\1',
    ),
    (r'prediction_heads\.(\d+)\.loc_attn\.([qkv]_linear)\.(\w+)', _attention),
    (r'prediction_heads\.(\d+)\.(mlp_vis|mlp_person_tp)\.layers\.(\d)\.(\w+)', _prediction_mlp),
)
# The release renames the "graph" of its older files when it loads them.
RULES = (
    *((rf'bu_model\.(?:backbone|keypoint_head)\.{old}', new) for old, new in DETECTOR_RULES),
    *((rf'(?:group|graph)_model\.{old}', new) for old, new in GROUP_RULES),
    (r'(kp_embed_cnn|person_embed_cnn)\.([01]\.\w+)', _widening),
    (r'(kp_embed_cnn|person_embed_cnn)\.(\d+)\.((?:conv|bn)[12]\.\w+)', _residual_block),
)
