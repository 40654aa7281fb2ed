"""Weights of MMPose 0.x: its family of Associative Embedding."""

import re
from typing import Dict

import torch
from torch import Tensor

from .higher_hrnet import RULES as HIGHER_HRNET_RULES
from .key_map import rename_keys, require_keys
from .pose_ae_train import STACK_RULES

NORM_EPSILON = 1e-5


def convert_mmpose_0x(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of ``AssociativeEmbedding`` as the estimators of MMPose 1.x and ours do.

    Most backbones have kept their names. HourglassAENet is our ``HourglassAE`` with batch norm,
    and normalizes what it hands from stack to stack as well: these norms become a part of the
    convolutions before them.

    Args:
        state_dict (dict[str, Tensor]): Keys ``backbone.*`` and ``keypoint_head.*``.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*`` and ``head.*``.

    Raises:
        KeyError: A key is not one of the heads, or of HourglassAENet, or a norm is incomplete.
    """
    weights = rename_keys(state_dict, RULES)
    for layer in sorted({key.split('.bn.')[0] for key in weights if re.match(MERGED_NORM, key)}):
        _fold_norm(weights, layer)
    return weights


def _fold_norm(weights: Dict[str, Tensor], layer: str) -> None:
    """Multiply a batch norm into the convolution before it, which has no bias, in place."""
    names = [f'{layer}.bn.{name}' for name in ('weight', 'bias', 'running_mean', 'running_var')]
    require_keys(weights, [f'{layer}.weight', *names])
    weight, bias, mean, variance = (weights.pop(name).double() for name in names)
    weights.pop(f'{layer}.bn.num_batches_tracked', None)
    scale = weight / torch.sqrt(variance + NORM_EPSILON)
    convolution = weights[f'{layer}.weight']
    weights[f'{layer}.weight'] = (convolution * scale[:, None, None, None]).to(convolution)
    weights[f'{layer}.bias'] = (bias - mean * scale).to(convolution)


MERGED_NORM = r'backbone\.merge_\w+\.\d+\.bn\.'
RULES = (
    *((rf'backbone\.hourglass_modules\.{old}', new) for old, new in STACK_RULES),
    (r'backbone\.out_convs\.(\d+)\.conv\.(\w+)', r'backbone.predictions.\1.\2'),
    (r'backbone\.remap_out_convs\.(\d+)\.(?:conv\.)?([\w.]+)', r'backbone.merge_predictions.\1.\2'),
    (
        r'backbone\.remap_feature_convs\.(\d+)\.(?:conv\.)?([\w.]+)',
        r'backbone.merge_features.\1.\2',
    ),
    (r'(backbone\.(?!hourglass_modules|out_convs|remap_).+)', r'\1'),
    (r'keypoint_head\.((?:deconv_layers\.\d+|final_layer)\.\w+)', r'head.\1'),
    *((rf'keypoint_head\.{old}', new) for old, new in HIGHER_HRNET_RULES),
)
