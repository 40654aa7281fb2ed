"""The formats of published checkpoints, and their conversion.

A new format is a converter in a file of its own and a line in ``FORMATS``.
"""

import re
from typing import Any, Callable, Collection, Dict, List, NamedTuple, Optional, Tuple

import torch
from mmengine.logging import print_log
from torch import Tensor

from .center_group import convert_center_group
from .coupled_embedding import convert_coupled_embedding
from .higher_hrnet import convert_higher_hrnet
from .hrnet import CLASSIFIER, convert_hrnet
from .mmpose_0x import convert_mmpose_0x
from .pose_ae_train import convert_pose_ae_train
from .reading import CheckpointError, entry_of_weights

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


# Our own names are those of MMPose 1.x, whose older files also have constants of the preprocessor.
OWN = Format('mmpose_ae', '', dict, leftovers=r'data_preprocessor\.(?:mean|std)')
# The first one whose signature is found counts.
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
NUMBERS = {
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
    *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
}
# What a network is wrapped in while it is trained: data parallelism, a trainer, half precision.
WRAPPERS = r'(?:(?:module|model|net|1)\.)+'


def convert_checkpoint(
    checkpoint: dict,
    expected: Shapes,
    required: Optional[Collection[str]] = None,
    partial: bool = False,
) -> Weights:
    """Bring a checkpoint of any known format, or with our names, under the names of a network.

    Args:
        checkpoint (dict): What a checkpoint file holds: the weights, or the weights under
            ``state_dict`` or ``model`` beside other entries.
        expected (dict[str, Size]): Names and shapes of the network's weights.
        required (Collection[str], optional): Names that must be there; by default all, or those of
            the backbone in a format of backbones.
        partial (bool): Whether to take what fits, to start training from it, and to name what does
            not in the log. By default all must fit.

    Returns:
        dict[str, Tensor]: The converted weights, which fit the network.

    Raises:
        CheckpointError: The format is unknown, keys are unknown, missing or of another shape, or
            values are no tensors of finite numbers; all of them are named.
    """
    weights, dropped = _unwrap(checkpoint)
    found = _recognize(weights)
    if found is OWN and not set(weights) & set(expected):
        known = ', '.join(form.name for form in FORMATS)
        raise CheckpointError(
            f'none of its weights has a name of this network, nor of a known format ({known})'
        )
    kept = {k: v for k, v in weights.items() if not re.fullmatch(found.leftovers, k)}
    dropped += [key for key in weights if key not in kept]
    _check_kinds(found, kept)
    try:
        converted = found.convert(kept)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f'{found.name} checkpoint: {error.args[0]}') from error
    if required is None:
        part = 'backbone.' if found.backbone_only else ''
        required = [key for key in expected if key.startswith(part)]
    if partial:
        converted, surplus = _fitting(converted, expected, required)
        dropped += surplus
    _check_fit(found, converted, expected, required)
    if found is not OWN or len(converted) < len(expected):
        message = f'{found.name} checkpoint: took {len(converted)} of {len(expected)} weights'
        print_log(f'{message}; dropped {", ".join(dropped) or "nothing"}', 'current')
    return converted


def is_foreign(weights: Weights) -> bool:
    """Tell whether weights have the names of another package.

    Args:
        weights (dict[str, Tensor]): Weights, or a checkpoint that holds them.

    Returns:
        bool: Whether they are of one of ``FORMATS``.
    """
    return _recognize(_unwrap(weights)[0]) is not OWN


def _unwrap(checkpoint: dict) -> Tuple[Weights, List[str]]:
    """The weights under their plain names, and the names of the entries beside them."""
    entry = entry_of_weights(checkpoint)
    weights = checkpoint[entry] if entry else checkpoint
    others = [key for key in checkpoint if key != entry] if entry else []
    return {re.sub(f'^{WRAPPERS}', '', key): value for key, value in weights.items()}, others


def _recognize(weights: Weights) -> Format:
    for form in FORMATS:
        if any(re.match(form.signature, key) for key in weights):
            return form
    return OWN


def _fitting(
    weights: Weights, expected: Shapes, required: Collection[str]
) -> Tuple[Weights, List[str]]:
    """The weights that a network has or that are required, and the names of the others."""
    fitting = {
        key: value
        for key, value in weights.items()
        if key in required or (key in expected and value.shape == expected[key])
    }
    if not fitting:
        raise CheckpointError('none of its weights has a name and shape of this network')
    return fitting, [key for key in weights if key not in fitting]


def _check_kinds(found: Format, weights: Weights) -> None:
    """Check that all weights are tensors of numbers."""
    others = [f'{k} ({_kind(value)})' for k, value in weights.items() if not _is_plain(value)]
    title = f'{found.name} checkpoint with weights of other kinds'
    _raise_all(title, {'no tensors of numbers': others})


def _is_plain(value: Any) -> bool:
    """Whether a value is a tensor that can be copied into any other."""
    is_dense = isinstance(value, Tensor) and value.layout is torch.strided
    return is_dense and value.dtype in NUMBERS


def _kind(value: Any) -> str:
    return str(value.dtype) if isinstance(value, Tensor) else type(value).__name__


def _check_fit(
    found: Format, weights: Weights, expected: Shapes, required: Collection[str]
) -> None:
    """Check that weights are those of the network, all that are required, in its shapes."""
    fits = {k: k in expected and value.shape == expected[k] for k, value in weights.items()}
    wrong = {
        'the network lacks': [key for key in weights if key not in expected],
        # Old versions of PyTorch did not count batches; nothing depends on it.
        'the checkpoint lacks': [
            key
            for key in required
            if key not in weights and not key.endswith('.num_batches_tracked')
        ],
        'of another shape': [
            f'{key} {tuple(value.shape)} instead of {tuple(expected[key])}'
            for key, value in weights.items()
            if key in expected and not fits[key]
        ],
        'not finite': [k for k, value in weights.items() if fits[k] and not _is_finite(value)],
    }
    broken = [problem for problem, keys in wrong.items() if keys] == ['not finite']
    title = 'that diverged' if broken else 'for another network'
    _raise_all(f'{found.name} checkpoint {title}', wrong)


def _is_finite(value: Tensor) -> bool:
    return value.is_meta or bool(torch.isfinite(value).all())


def _raise_all(title: str, wrong: Dict[str, List[str]]) -> None:
    lines = [f'{problem}: {", ".join(keys)}' for problem, keys in wrong.items() if keys]
    if lines:
        raise CheckpointError('\n'.join([title, *lines]))
