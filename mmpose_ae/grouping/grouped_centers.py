"""Centers with the keypoints that were given to them."""

from typing import NamedTuple, Optional

from torch import Tensor


class GroupedCenters(NamedTuple):
    """Keypoints that were given to the centers of a batch, as the codec decodes them.

    Attributes:
        locations (Tensor): Positions (x, y) in pixels of the input, (B, C, K, 2), float32.
        visibility (Tensor, optional): Probability of keypoints being visible, (B, C, K).
        probabilities (Tensor, optional): Probability of centers being those of instances, (B, C).
        center_scores (Tensor): Heatmap values of the centers, (B, C).
        mask (Tensor): Centers to decode, (B, C), bool.
    """

    locations: Tensor
    visibility: Optional[Tensor]
    probabilities: Optional[Tensor]
    center_scores: Tensor
    mask: Tensor
