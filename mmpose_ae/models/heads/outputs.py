"""What the network predicts, per stack and merged over views."""

from typing import List, NamedTuple, Optional

from torch import Tensor

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Grid


class BottomupOutputs(NamedTuple):
    """Dense predictions of one stack of the network, of K keypoint types.

    Where the network detects centers, they are one type more, the last one, in every map.

    Attributes:
        heatmaps (list[Tensor]): One (B, K, h_i, w_i) per supervised resolution, coarse to fine.
        tags (Tensor, optional): Tag maps, (B, L * K, h, w), channel ``l * K + k``, at the
            resolution of the coarsest heatmaps.
        offsets (Tensor, optional): Offsets from centers, (B, 2 * K, h, w), in cells of the coarsest
            heatmaps, those of x before those of y.
        features (list[Tensor], optional): What each of the heatmaps is predicted from,
            (B, C_i, h_i, w_i), where the head has a use for it.
    """

    heatmaps: List[Tensor]
    tags: Optional[Tensor] = None
    offsets: Optional[Tensor] = None
    features: Optional[List[Tensor]] = None


class Predicted(NamedTuple):
    """Merged maps and their cells.

    Attributes:
        maps (Maps): Of all views.
        grid (Grid): Cells of its heatmaps.
        finest (Grid): Cells of the finest heatmaps that the network itself predicts.
    """

    maps: Maps
    grid: Grid
    finest: Grid


class Proposed(NamedTuple):
    """What the host makes people of.

    Attributes:
        proposals (NamedTuple): Tensors of fixed size, as the codec's ``group`` takes them.
        grid (Grid): The cells that they count.
    """

    proposals: NamedTuple
    grid: Grid
