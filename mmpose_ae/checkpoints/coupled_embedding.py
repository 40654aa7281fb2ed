"""Weights of Coupled Embedding, the release of Wang et al. 2022 (github CR320)."""

from typing import Dict

import torch
from torch import Tensor

from .key_map import rename_keys, require_keys


def convert_coupled_embedding(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of ``PoseDet`` as an estimator with HRNet and CoupledEmbeddingHead does.

    The release predicts heatmaps and tags by two layers, and a keypoint's tag by channels that
    follow each other (``k * L + l``); here one layer predicts both, with channels ``l * K + k``.

    Args:
        state_dict (dict[str, Tensor]): Keys ``backbone.*`` and ``head.*`` of HRNet or HigherHRNet,
            as under ``model`` in the released files.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*`` and ``head.*``.

    Raises:
        KeyError: A key is not one of the network, or a layer of predictions is missing.
    """
    weights = rename_keys(state_dict, RULES)
    require_keys(weights, PREDICTIONS)
    for parameter in ('weight', 'bias'):
        heatmaps = weights.pop(f'head.hms_pred_layers.{parameter}')
        tags = weights.pop(f'head.tms_pred_layers.{parameter}')
        by_dimension = tags.unflatten(0, (len(heatmaps), -1)).transpose(0, 1).flatten(0, 1)
        weights[f'head.final_layer.{parameter}'] = torch.cat([heatmaps, by_dimension])
    return weights


PREDICTIONS = [
    f'head.{maps}_pred_layers.{parameter}'
    for maps in ('hms', 'tms')
    for parameter in ('weight', 'bias')
]
RULES = (
    (r'(backbone\.(?:conv|bn)[12]\.\w+)', r'\1'),
    (r'(backbone\.(?:layer1|transition[123]|stage[234])\.[\w.]+)', r'\1'),
    (r'head\.(hms|tms)_pred_layers\.(?:0\.)?(weight|bias)', r'head.\1_pred_layers.\2'),
    (r'head\.hms_pred_layers\.1\.(weight|bias)', r'head.upsample_final_layers.0.\1'),
    (r'head\.deconv_layers\.([01]\.\w+)', r'head.upsample_modules.0.deconv.\1'),
    (r'head\.(blocks\.\d\.(?:conv|bn)[12]\.\w+)', r'head.upsample_modules.0.\1'),
)
