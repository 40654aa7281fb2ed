"""The views of test-time augmentation, made and merged in one place for every head."""

from dataclasses import dataclass
from typing import Any, Callable, List, NamedTuple, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .outputs import BottomupOutputs


@dataclass(frozen=True)
class ViewOptions:
    """Options of ``test_cfg`` that all heads have.

    Attributes:
        flip_test (bool): Merge what is predicted for the input with that for the mirrored input.
        multiscale_test (bool): Merge it over the scales of an image pyramid.
        shift_heatmap (bool): Shift the mirrored maps by a cell.
        align_corners (bool): Of every resizing.
        output_heatmaps (bool): Also return the merged maps.
    """

    flip_test: bool = False
    multiscale_test: bool = False
    shift_heatmap: bool = False
    align_corners: bool = False
    output_heatmaps: bool = False


def nest_views(
    scales: Sequence[Tensor],
    extract: Callable[[Tensor], Tuple[Tensor, ...]],
    metainfo: dict,
    test_cfg: dict,
) -> Any:
    """Extract the features of all views, in the form in which MMPose hands them to heads.

    Args:
        scales (sequence[Tensor]): The batch, (B, 3, H, W), at every scale of the pyramid.
        extract (callable): Gives the feature maps of a batch.
        metainfo (dict): Of a sample, with the pipeline's ``aug_scales``.
        test_cfg (dict): ``flip_test`` and ``multiscale_test``.

    Returns:
        tuple | list: What :func:`list_views` takes.

    Raises:
        ValueError: If ``multiscale_test`` needs a pyramid that the pipeline does not make, or the
            pipeline makes one that nobody asks for.
    """
    asked, made = test_cfg.get('multiscale_test', False), metainfo.get('aug_scales')
    if asked and not made:
        raise ValueError(
            f'multiscale_test={asked} in test_cfg of the model needs an image pyramid: give '
            'BottomupResize of the test pipeline aug_scales, as in aug_scales=[0.5, 2]'
        )
    if made and not asked:
        raise ValueError(
            f'BottomupResize of the test pipeline makes an image pyramid, aug_scales={made}, that '
            'nobody uses: set multiscale_test=True in test_cfg of the model, or leave it out'
        )
    feats = [extract(images) for images in scales]
    if test_cfg.get('flip_test', False):
        feats = [[own, extract(images.flip(-1))] for own, images in zip(feats, scales)]
    return feats if asked else feats[0]


class View(NamedTuple):
    """One look at a batch of images.

    Attributes:
        features (tuple[Tensor]): Feature maps of the backbone.
        scale (int): Which scale of a pyramid it is, 0 being the base.
        flipped (bool): Whether the input was mirrored.
    """

    features: Tuple[Tensor, ...]
    scale: int
    flipped: bool


def list_views(feats: Any, options: ViewOptions) -> List[View]:
    """List the views whose features MMPose's estimator nests.

    Args:
        feats (tuple | list): Features of the input; with ``flip_test`` a list of those of the input
            and of the mirrored input; with ``multiscale_test`` a list of either over the scales.
        options (ViewOptions): Which of them there are.

    Returns:
        list[View]: Scale by scale, the base first, the mirrored input after the input.
    """
    scales = feats if options.multiscale_test else [feats]
    return [
        View(tuple(features), scale, bool(flipped))
        for scale, views in enumerate(scales)
        for flipped, features in enumerate(views if options.flip_test else [views])
    ]


def resize(maps: Tensor, size: Sequence[int], align_corners: bool = False) -> Tensor:
    """Resize maps (B, C, h, w) bilinearly to (H, W); maps of that size are returned as they are."""
    if tuple(maps.shape[-2:]) == tuple(size):
        return maps
    return F.interpolate(maps, size=tuple(size), mode='bilinear', align_corners=align_corners)


def _mean(maps: Sequence[Tensor]) -> Tensor:
    return maps[0] if len(maps) == 1 else torch.stack(maps).mean(0)


def merge_resolutions(heatmaps: Sequence[Tensor], align_corners: bool = False) -> Tensor:
    """Average heatmaps (B, K, h_i, w_i), coarse to fine, at the finest resolution.

    Source: HigherHRNet (Cheng et al. 2020, arXiv:1908.10357), Section 3.4.
    """
    size = heatmaps[-1].shape[-2:]
    return _mean([resize(level, size, align_corners) for level in heatmaps])


def flip_back(maps: Tensor, flip_indices: Sequence[int], shift: bool = False) -> Tensor:
    """Undo a horizontal flip of the input on heatmaps or tag maps.

    Args:
        maps (Tensor): (B, L * K, H, W), channel ``l * K + k``; L is 1 for heatmaps.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        shift (bool): Also move the maps one cell to the right, for networks whose cells are
            not aligned with the centers of the pixels they cover.

    Returns:
        Tensor: (B, L * K, H, W).
    """
    batch, channels, height, width = maps.shape
    if channels % len(flip_indices):
        raise ValueError(
            f'{channels} maps do not belong to {len(flip_indices)} keypoints (flip_indices)'
        )
    maps = maps.view(batch, -1, len(flip_indices), height, width)
    maps = maps[:, :, list(flip_indices)].flip(-1).reshape(batch, channels, height, width)
    return torch.cat([maps[..., :1], maps[..., :-1]], dim=-1) if shift else maps


def flip_outputs(
    outputs: BottomupOutputs, flip_indices: Sequence[int], shift: bool = False
) -> BottomupOutputs:
    """Undo a horizontal flip of the input on all maps, each by its own rule.

    Args:
        outputs (BottomupOutputs): Of the mirrored input.
        flip_indices (sequence): The mirrored type of each type, K.
        shift (bool): See :func:`flip_back`.

    Returns:
        BottomupOutputs: Of the input. What is right of a center is left of it in the mirrored
        image, so offsets along x change their sign.
    """
    offsets = outputs.offsets
    if offsets is not None:
        turned = flip_back(offsets, flip_indices, shift).unflatten(1, (2, -1))
        offsets = torch.cat([-turned[:, 0], turned[:, 1]], dim=1)
    return BottomupOutputs(
        [flip_back(level, flip_indices, shift) for level in outputs.heatmaps],
        outputs.tags if outputs.tags is None else flip_back(outputs.tags, flip_indices, shift),
        offsets,
    )


def average_heatmaps(
    views: Sequence[Tensor], size: Sequence[int], align_corners: bool = False
) -> Tensor:
    """Average heatmaps (B, K, h_i, w_i) of several views at one size (H, W)."""
    return _mean([resize(view, size, align_corners) for view in views])


def concatenate_tags(views: Sequence[Tensor], align_corners: bool = False) -> Tensor:
    """Stack the tag maps of several views to vectors of more dimensions.

    Views of other scales are resized to the first one's size.

    Returns:
        Tensor: (B, views * L * K, H, W).
    """
    size = views[0].shape[-2:]
    return torch.cat([resize(view, size, align_corners) for view in views], dim=1)
