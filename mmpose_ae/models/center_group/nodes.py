"""From candidates on heatmaps to the nodes that CenterGroup's attention groups."""

from typing import Optional, Sequence

from torch import Tensor

from mmpose_ae.frame import Grid
from mmpose_ae.ops import MaskedCandidates, sample_features

from .position_encoding import encode_positions
from .structures import Nodes


def make_nodes(
    embeddings: Sequence[Tensor],
    found: MaskedCandidates,
    inside: Tensor,
    grid: Grid,
    weights: Optional[Sequence[float]] = None,
) -> Nodes:
    """Describe candidates by the embedding and by the position of their cells.

    Args:
        embeddings (sequence[Tensor]): Embedding maps, (B, D, h_i, w_i): one, or one per scale.
        found (MaskedCandidates): Candidates of K types.
        inside (Tensor): False on what pads the images, (B, h, w), bool.
        grid (Grid): The cells in which the candidates were found.
        weights (sequence, optional): Of the scales. None weighs all alike.

    Returns:
        Nodes: Of K types and M candidates each.
    """
    return Nodes(
        sample_features(embeddings, found.cells, grid.size, weights),
        encode_positions(inside, found.cells, grid.size, embeddings[0].shape[1]),
        grid.to_pixels(found.cells),
        found.mask,
    )
