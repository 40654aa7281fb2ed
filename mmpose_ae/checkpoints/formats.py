"""The formats of published checkpoints, and their conversion.

A new format is a converter in a file of its own and a line in ``FORMATS``.
"""

import re
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

import torch
from mmengine.logging import print_log
from torch import Tensor

from .center_group import convert_center_group
from .coupled_embedding import convert_coupled_embedding
from .higher_hrnet import convert_higher_hrnet
from .hrnet import CLASSIFIER, convert_hrnet
from .mmpose_0x import convert_mmpose_0x
from .pose_ae_train import convert_pose_ae_train
from .reading import CheckpointError

Weights = Dict[str, Tensor]
Shapes = Dict[str, torch.Size]


class Format(NamedTuple):
    """A format of checkpoints.

    Attributes:
        name (str): What to call it.
        signature (str): How a key begins that only this format has, a regular expression.
        convert (Callable): From its weights to ours.
        leftovers (str): Keys that the network has no use for, a regular expression; empty for none.
        backbone_only (bool): Whether the head is not in it.
    """

    name: str
    signature: str
    convert: Callable[[Weights], Weights]
    leftovers: str = ''
    backbone_only: bool = False


# The first one whose signature is found counts. MMPose 1.x needs none: its names are ours.
FORMATS = (
    Format('CenterGroup', r'(?:group|graph)_model\.', convert_center_group),
    Format(
        'CoupledEmbedding',
        r'head\.tms_pred_layers\.',
        convert_coupled_embedding,
        leftovers=r'(?:hms|ae)_criterion\..+',
    ),
    Format('MMPose 0.x', r'keypoint_head\.|backbone\.hourglass_modules\.', convert_mmpose_0x),
    Format('HigherHRNet', r'final_layers\.', convert_higher_hrnet),
    Format('pose-ae-train', r'features\.\d+\.0\.up1\.', convert_pose_ae_train),
    Format('HRNet', r'stage4\.', convert_hrnet, leftovers=CLASSIFIER, backbone_only=True),
)
# What a network is wrapped in while it is trained: data parallelism, a trainer, half precision.
WRAPPERS = r'(?:(?:module|model|net|1)\.)+'


def convert_checkpoint(checkpoint: dict, expected: Shapes) -> Weights:
    """Bring a checkpoint of any known format under the names of a network.

    Args:
        checkpoint (dict): What a checkpoint file holds: the weights, or the weights under
            ``state_dict`` or ``model`` beside other entries.
        expected (dict[str, Size]): Names and shapes of the network's weights.

    Returns:
        dict[str, Tensor]: The converted weights, which fit the network exactly. Weights that have
        our names already are returned as they are.

    Raises:
        CheckpointError: The format is unknown, or keys of it are unknown, missing or of another
            shape; all of them are named.
    """
    weights, dropped = _unwrap(checkpoint)
    found = _recognize(weights)
    if found is None:
        if weights and not set(weights) & set(expected):
            known = ', '.join(form.name for form in FORMATS)
            raise CheckpointError(
                f'none of its weights has a name of this network, nor of a known format ({known})'
            )
        return weights
    kept = {k: v for k, v in weights.items() if not re.fullmatch(found.leftovers, k)}
    dropped += [key for key in weights if key not in kept]
    try:
        converted = found.convert(kept)
    except KeyError as error:
        raise CheckpointError(f'{found.name} checkpoint: {error.args[0]}') from error
    _check(found, converted, expected)
    message = f'{found.name} checkpoint: converted {len(converted)} weights'
    print_log(f'{message}; dropped {", ".join(dropped) or "nothing"}', 'current')
    return converted


def _unwrap(checkpoint: dict) -> Tuple[Weights, List[str]]:
    """The weights under their plain names, and the names of the entries beside them."""
    weights, others = checkpoint, []
    for entry in ('state_dict', 'model'):
        if isinstance(checkpoint.get(entry), dict):
            weights, others = checkpoint[entry], [key for key in checkpoint if key != entry]
            break
    return {re.sub(f'^{WRAPPERS}', '', key): value for key, value in weights.items()}, others


def _recognize(weights: Weights) -> Optional[Format]:
    for form in FORMATS:
        if any(re.match(form.signature, key) for key in weights):
            return form
    return None


def _check(found: Format, weights: Weights, expected: Shapes) -> None:
    """Check that converted weights are those of the network, all of them in its shapes."""
    if found.backbone_only:
        expected = {k: v for k, v in expected.items() if k.startswith('backbone.')}
    # Old versions of PyTorch did not count batches; nothing depends on it.
    required = [key for key in expected if not key.endswith('.num_batches_tracked')]
    wrong = {
        'the network lacks': [key for key in weights if key not in expected],
        'the checkpoint lacks': [key for key in required if key not in weights],
        'of another shape': [
            f'{key} {tuple(value.shape)} instead of {tuple(expected[key])}'
            for key, value in weights.items()
            if key in expected and value.shape != expected[key]
        ],
    }
    lines = [f'{problem}: {", ".join(keys)}' for problem, keys in wrong.items() if keys]
    if lines:
        raise CheckpointError('\n'.join([f'{found.name} checkpoint for another network', *lines]))
