"""What goes through a codec on its way from dense maps to people."""

from typing import NamedTuple, Optional

from torch import Tensor

from mmpose_ae.grouping import Candidates
from mmpose_ae.ops import MaskedCandidates


class Maps(NamedTuple):
    """Dense maps of a batch, merged over the views of test-time augmentation.

    Attributes:
        heatmaps (Tensor): Of the keypoints, (B, K, H, W), any float type.
        tags (Tensor, optional): (B, L * K, h, w), channel ``l * K + k``; as large as the heatmaps
            or coarser.
        centers (Tensor, optional): Heatmaps of the centers of instances, (B, 1, H, W).
        offsets (Tensor, optional): From the centers to the keypoints, (B, 2 * K, h, w), in pixels
            of the input, those of x before those of y.
    """

    heatmaps: Tensor
    tags: Optional[Tensor] = None
    centers: Optional[Tensor] = None
    offsets: Optional[Tensor] = None


class TagProposals(NamedTuple):
    """What is grouped by tags: tensors of fixed size.

    Attributes:
        candidates (Candidates): With refined cells.
        maps (Maps, optional): What the search for missing keypoints reads; None where none is
            searched for.
    """

    candidates: Candidates
    maps: Optional[Maps]


class CenterProposals(NamedTuple):
    """What attention groups: candidates of the K keypoint types, and of the center, K being 1."""

    keypoints: MaskedCandidates
    centers: MaskedCandidates


class GroupedCenters(NamedTuple):
    """Keypoints that were given to the centers of a batch: tensors of fixed size.

    Attributes:
        cells (Tensor): Refined positions (x, y) in heatmap cells, (B, C, K, 2), float32.
        heatmap_values (Tensor): What the keypoints' heatmaps show there, (B, C, K).
        visibility (Tensor, optional): Probability of keypoints being visible, (B, C, K).
        probabilities (Tensor, optional): Probability of centers being those of instances, (B, C).
        center_scores (Tensor): Heatmap values of the centers, (B, C).
        mask (Tensor): Centers to decode, (B, C), bool.
    """

    cells: Tensor
    heatmap_values: Tensor
    visibility: Optional[Tensor]
    probabilities: Optional[Tensor]
    center_scores: Tensor
    mask: Tensor


class OffsetProposals(NamedTuple):
    """What is grouped by offsets: tensors of fixed size.

    Attributes:
        center_scores (Tensor): Heatmap values of the centers, (B, N), float32.
        center_mask (Tensor): False for padding, (B, N), bool.
        regressed (Tensor): Where the offsets point to, (B, N, K, 2), in pixels of the input.
        cells (Tensor): Detected keypoints, refined, (B, K, M, 2), in heatmap cells.
        scores (Tensor): Their heatmap values, (B, K, M); 0 for padding.
    """

    center_scores: Tensor
    center_mask: Tensor
    regressed: Tensor
    cells: Tensor
    scores: Tensor
