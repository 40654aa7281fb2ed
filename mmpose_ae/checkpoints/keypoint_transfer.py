"""Bring what a network has learned of some keypoints to a network for others, by their names."""

from typing import Collection, Dict, List, NamedTuple, Sequence, Tuple

import torch
from torch import Tensor, nn

from .key_map import require_keys
from .reading import CheckpointError

UNKNOWN_HEAD = 'it is not known which weights belong to which keypoint in a'
Label = Tuple[str, int, str]  # a map, its number among those of a keypoint, the keypoint
# Keypoints that lie close to each other, under the names of COCO, CrowdPose and MPII.
NEIGHBORS = (
    ('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'top_head', 'head_top'),
    ('left_shoulder', 'right_shoulder', 'neck', 'upper_neck', 'thorax'),
)


class KeypointAxis(NamedTuple):
    """The axis of a weight along which its entries belong to keypoints.

    Attributes:
        dim (int): Which one.
        labels (list): What each entry belongs to.
        is_input (bool): Whether maps come in along it, instead of going out.
    """

    dim: int
    labels: List[Label]
    is_input: bool = False


def transfer_keypoints(
    weights: Dict[str, Tensor],
    source: nn.Module,
    target: nn.Module,
    source_keypoints: Sequence[str],
    target_keypoints: Sequence[str],
) -> Dict[str, Tensor]:
    """Rearrange the weights of a network for one that predicts other keypoints.

    All maps of a keypoint (heatmaps at every resolution, tags, offsets) become those of the one
    with the same name. A keypoint without namesake starts with the mean of its neighbors (the neck:
    both shoulders), or of all keypoints where it has none: its tag is near that of the person at
    once. Layers that take maps in ignore those of such a keypoint at first. Everything else stays.

    Args:
        weights (dict[str, Tensor]): Of the estimator, names ``backbone.*`` and ``head.*``.
        source (nn.Module): Its head, a :class:`BottomupHead`.
        target (nn.Module): The head of the other network, which differs in its keypoints alone.
        source_keypoints (sequence): Names of the keypoints of the source, in their order.
        target_keypoints (sequence): Names of those of the target.

    Returns:
        dict[str, Tensor]: Weights for the target.

    Raises:
        KeyError: A layer that predicts keypoints is missing.
        CheckpointError: The heads differ in more than their keypoints, or have layers of which it
            is not known what belongs to which.
    """
    for head in (source, target):
        if not hasattr(head, 'channels'):  # of a BottomupHead
            raise CheckpointError(f'{UNKNOWN_HEAD} {type(head).__name__}')
    before = find_keypoint_axes(source, source_keypoints)
    after = find_keypoint_axes(target, target_keypoints)
    require_keys(weights, before)
    if before.keys() != after.keys():
        differing = sorted(before.keys() ^ after.keys())
        raise CheckpointError(f'the networks differ in more than keypoints: {", ".join(differing)}')
    _check_the_rest(source, target, after)
    transferred = dict(weights)
    for name, axis in after.items():
        known = before[name].labels
        if {label[:2] for label in known} != {label[:2] for label in axis.labels}:
            raise CheckpointError(
                f'the networks differ in more than keypoints: {name} has {len(known)} channels in '
                f'one and {len(axis.labels)} in the other'
            )
        transferred[name] = _rearrange(weights[name], axis, known, source_keypoints)
    return transferred


def _check_the_rest(source: nn.Module, target: nn.Module, known: Collection[str]) -> None:
    """Refuse heads with other weights that depend on the keypoints, or on anything else."""
    shapes = {f'head.{name}': value.shape for name, value in source.state_dict().items()}
    differing = [
        name
        for name, value in target.state_dict(prefix='head.').items()
        if name not in known and shapes.get(name, value.shape) != value.shape
    ]
    if differing:
        kind = type(target).__name__
        raise CheckpointError(f'{UNKNOWN_HEAD} {kind}, of another shape: {", ".join(differing)}')


def find_keypoint_axes(head: nn.Module, keypoints: Sequence[str]) -> Dict[str, KeypointAxis]:
    """Find the weights of an estimator that depend on the keypoints.

    Args:
        head (nn.Module): A :class:`BottomupHead`; its own maps, or those of :class:`HourglassAE`.
        keypoints (sequence): Names of its K keypoints, in their order.

    Returns:
        dict[str, KeypointAxis]: By the name of the weight in the estimator.
    """
    labels = _label_channels(head, keypoints)
    heatmaps = [label for label in labels if label[0] == 'heatmaps']
    axes: Dict[str, KeypointAxis] = {}
    if isinstance(head.final_layer, nn.Identity):  # the backbone predicts
        labels = [*labels, *_unrelated('further', head.in_channels - head.out_channels)]
        for i in range(head.num_stacks):
            axes.update(_predicting(f'backbone.predictions.{i}', labels))
        for i in range(head.num_stacks - 1):
            name = f'backbone.merge_predictions.{i}.weight'
            axes[name] = KeypointAxis(1, labels, is_input=True)
    else:
        axes.update(_predicting('head.final_layer', labels))
    handed_on = labels[: head.upsampled_channels]
    for i, module in enumerate(head.upsample_modules):
        features = _unrelated('features', module.deconv[0].in_channels - len(handed_on))
        name = f'head.upsample_modules.{i}.deconv.0.weight'
        axes[name] = KeypointAxis(0, [*features, *handed_on], is_input=True)
        axes.update(_predicting(f'head.upsample_final_layers.{i}', heatmaps))
        handed_on = heatmaps
    scales = {} if head.heatmap_scale is None else head.heatmap_scale.state_dict()
    for name, value in scales.items():
        if value.ndim:  # all layers of LearnedScale lead to heatmaps
            axes[f'head.heatmap_scale.{name}'] = KeypointAxis(0, heatmaps)
    return axes


def _label_channels(head: nn.Module, keypoints: Sequence[str]) -> List[Label]:
    """What each channel of a prediction belongs to: that of map i of keypoint k is i * K + k."""
    if len(keypoints) != head.num_keypoints:
        raise ValueError(f'the head has {head.num_keypoints} keypoints, got names of {keypoints}')
    types = [*keypoints, 'center'] if head.predicts_centers else list(keypoints)
    labels = []
    for name, count in head.channels.items():
        shared = name == 'tags' and not getattr(head, 'tag_per_keypoint', True)
        of_map = [''] if shared else types
        labels += [(name, i, kind) for i in range(count // len(of_map)) for kind in of_map]
    return labels


def _unrelated(name: str, count: int) -> List[Label]:
    """Channels of no keypoint."""
    return [(name, i, '') for i in range(count)]


def _predicting(layer: str, labels: List[Label]) -> Dict[str, KeypointAxis]:
    return {f'{layer}.{parameter}': KeypointAxis(0, labels) for parameter in ('weight', 'bias')}


def _rearrange(
    weight: Tensor, axis: KeypointAxis, known: List[Label], keypoints: Sequence[str]
) -> Tensor:
    """Give each entry of the axis the mean of those that it comes from; 0 where there is none."""
    places = {label: place for place, label in enumerate(known)}
    parts = []
    for name, number, keypoint in axis.labels:
        origins = [keypoint]
        if (name, number, keypoint) not in places:
            origins = [] if axis.is_input else _neighbors(keypoint, keypoints)
        index = [places[name, number, origin] for origin in origins]
        chosen = weight.index_select(axis.dim, torch.tensor(index, dtype=torch.long))
        parts.append(chosen.sum(axis.dim) / max(1, len(index)))
    return torch.stack(parts, axis.dim)


def _neighbors(keypoint: str, known: Sequence[str]) -> List[str]:
    """The known keypoints close to one; all of them where none is known to be."""
    group = next((names for names in NEIGHBORS if keypoint in names), ())
    return [name for name in known if name in group] or list(known)
