"""Merging what CenterGroup predicts for an image and for its mirror image."""

from typing import Sequence

import torch
from torch import Tensor

from mmpose_ae.codecs import CenterProposals
from mmpose_ae.ops import MaskedCandidates
from mmpose_ae.options import check_choice

from .structures import GroupingOutputs

MERGE_RULES = ('avg', 'max')


def mirror_proposals(
    proposals: CenterProposals, flip_indices: Sequence[int], width: int
) -> CenterProposals:
    """Find what is grouped in the mirror image by mirroring what is grouped in the image.

    Args:
        proposals (CenterProposals): Of K keypoint types.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        width (int): Width of the heatmaps in cells.

    Returns:
        CenterProposals: Candidate m of a type is the mirrored candidate m of the mirrored type.
    """
    keypoints, centers = proposals
    return CenterProposals(
        mirror_candidates(keypoints, flip_indices, width), mirror_candidates(centers, [0], width)
    )


def mirror_candidates(
    found: MaskedCandidates, flip_indices: Sequence[int], width: int
) -> MaskedCandidates:
    """Find the candidates of the mirror image by mirroring those of the image.

    Args:
        found (MaskedCandidates): Of K types.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        width (int): Width of the heatmaps in cells.

    Returns:
        MaskedCandidates: Candidate m of a type is the mirrored candidate m of the mirrored type.
    """
    scores, cells, mask = (value[:, list(flip_indices)] for value in found)
    x, y = cells.unbind(-1)
    return MaskedCandidates(scores, torch.stack([width - 1 - x, y], dim=-1), mask)


def flip_back_groups(
    outputs: GroupingOutputs, flip_indices: Sequence[int], input_width: int
) -> GroupingOutputs:
    """Undo a horizontal flip of the input on what was predicted.

    Args:
        outputs (GroupingOutputs): Of the mirrored input.
        flip_indices (sequence): The mirrored keypoint of each keypoint, K.
        input_width (int): Width of the input in pixels.

    Returns:
        GroupingOutputs: Of the input, whose candidates the members are. The attention is to the
        mirrored candidates still.
    """
    order = list(flip_indices)

    def mirror(points: Tensor) -> Tensor:
        x, y = points[:, :, order].unbind(-1)
        return torch.stack([input_width - 1 - x, y], dim=-1)

    return GroupingOutputs(
        mirror(outputs.locations),
        _mirror_members(outputs, order),
        None if outputs.visibility is None else outputs.visibility[:, :, order],
        outputs.center_logits,
        outputs.attention[:, :, order],
    )


def _mirror_members(outputs: GroupingOutputs, order: Sequence[int]) -> Tensor:
    """Which candidates of the image those of the mirror image are, for the mirrored keypoints."""
    per_type = outputs.attention.shape[-1] // len(order)
    types, rank = outputs.members[:, :, order] // per_type, outputs.members[:, :, order] % per_type
    mirrored = torch.as_tensor(order, device=types.device)
    return mirrored[types] * per_type + rank


def merge_groups(views: Sequence[GroupingOutputs], rule: str = 'avg') -> GroupingOutputs:
    """Merge the predictions of several views for the same centers, in the same order.

    Each keypoint is where the view has it that is surest that it is visible; without visibility,
    the one with the sharpest attention.

    Args:
        views (sequence[GroupingOutputs]): One per view.
        rule (str): Logits are averaged (``'avg'``, the release's default) or the highest
            (``'max'``).

    Returns:
        GroupingOutputs: With the attention of the first view.

    Raises:
        ValueError: The rule is neither, or the views are not of the same centers.
    """
    check_choice('rule', rule, MERGE_RULES)
    counts = [view.locations.shape[1] for view in views]
    if len(set(counts)) > 1:
        raise ValueError(f'views must be of the same centers, got {counts} of them')

    def combine(field: str) -> Tensor:
        logits = [getattr(view, field) for view in views]
        if logits[0] is None:
            return None
        return torch.stack(logits).mean(0) if rule == 'avg' else torch.stack(logits).amax(0)

    surest = torch.stack([_sureness(view) for view in views]).argmax(0)  # (B, C, K)
    locations = torch.stack([view.locations for view in views])
    members = torch.stack([view.members for view in views])
    return GroupingOutputs(
        locations.gather(0, surest[None, ..., None].expand_as(locations[:1]))[0],
        members.gather(0, surest[None])[0],
        combine('visibility'),
        combine('center_logits'),
        views[0].attention,
    )


def _sureness(view: GroupingOutputs) -> Tensor:
    """How sure a view is of each keypoint, (B, C, K)."""
    return view.attention.amax(-1) if view.visibility is None else view.visibility
