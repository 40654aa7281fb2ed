"""What goes into the grouping module of CenterGroup and what comes out."""

from typing import NamedTuple, Optional

from torch import Tensor


class Nodes(NamedTuple):
    """Candidates as the nodes that attend to each other; those of centers have K = 1.

    Attributes:
        embeddings (Tensor): Features under the candidates, (B, K, M, D), float.
        position_encodings (Tensor): See :func:`encode_positions`, (B, K, M, D), float.
        locations (Tensor): Positions (x, y) in pixels of the input, (B, K, M, 2).
        mask (Tensor): True for a candidate, False for padding, (B, K, M), bool.
    """

    embeddings: Tensor
    position_encodings: Tensor
    locations: Tensor
    mask: Tensor


class GroupingOutputs(NamedTuple):
    """What one prediction layer says about the C centers of each image.

    Attributes:
        locations (Tensor): Mean of the candidates' positions, weighted by attention, (B, C, K, 2),
            float32, in pixels of the input (the paper's Eq. 9).
        members (Tensor, optional): Which of the K * M candidates has the most attention, (B, C, K),
            int64 (Eq. 13). None in training.
        visibility (Tensor, optional): Logits of keypoints being visible, (B, C, K).
        center_logits (Tensor, optional): Logits of centers being those of instances, (B, C).
        attention (Tensor): From each center and for each keypoint type to all candidates,
            (B, C, K, K * M), the candidates of a type beside each other. Sums to 1; candidates
            that are padding have 0, unless an image has no others.
    """

    locations: Tensor
    members: Optional[Tensor]
    visibility: Optional[Tensor]
    center_logits: Optional[Tensor]
    attention: Tensor
