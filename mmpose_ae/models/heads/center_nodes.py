"""From candidates on heatmaps to the nodes that CenterGroup's attention groups."""

from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
from mmpose.utils.typing import SampleList
from torch import Tensor

from mmpose_ae.grouping import MaskedCandidates, cells_in_image, cells_to_pixels, sample_features
from mmpose_ae.models.modules.center_group import Nodes, encode_positions

Size = Tuple[int, int]


class SearchGrid(NamedTuple):
    """The cells on which candidates are searched.

    Attributes:
        size (tuple): Their number (H, W).
        input_size (tuple): Size (h, w) of the network's input.
    """

    size: Size
    input_size: Size

    @property
    def stride(self) -> np.ndarray:
        """Input pixels per cell (x, y), (2,), float."""
        return np.divide(self.input_size[::-1], self.size[::-1])

    def locate(self, cells: Tensor) -> Tensor:
        """Centers of cells (x, y), (..., 2), in pixels of the input, float32."""
        first = cells_to_pixels(np.zeros(2), self.stride)
        first, stride = (cells.new_tensor(v, dtype=torch.float32) for v in (first, self.stride))
        return first + cells * stride


def make_nodes(
    embeddings: Sequence[Tensor],
    found: MaskedCandidates,
    inside: Tensor,
    grid: SearchGrid,
    weights: Optional[Sequence[float]] = None,
) -> Nodes:
    """Describe candidates by the embedding and by the position of their cells.

    Args:
        embeddings (sequence[Tensor]): Embedding maps, (B, D, h_i, w_i): one, or one per scale.
        found (MaskedCandidates): Candidates of K types.
        inside (Tensor): False on what pads the images, (B, h, w), bool.
        grid (SearchGrid): Where the candidates were found.
        weights (sequence, optional): Of the scales. None weighs all alike.

    Returns:
        Nodes: Of K types and M candidates each.
    """
    width_height = grid.size[::-1]
    return Nodes(
        sample_features(embeddings, found.cells, width_height, weights),
        encode_positions(inside, found.cells, width_height, embeddings[0].shape[1]),
        grid.locate(found.cells),
        found.mask,
    )


def image_masks(data_samples: SampleList, size: Size, input_size: Size) -> np.ndarray:
    """Tell the images from their padding in test inputs.

    Args:
        data_samples (list[PoseDataSample]): With the metainfo of BottomupResize.
        size (tuple): Size (H, W) of the masks.
        input_size (tuple): Size (h, w) of the inputs.

    Returns:
        np.ndarray: True on the image, (B, H, W), bool.
    """
    masks = []
    for metainfo in (data_sample.metainfo for data_sample in data_samples):
        covered = np.asarray(metainfo['input_scale'], dtype=np.float64)
        ratio = metainfo['input_size'] / covered
        offset = (0.5 * covered - metainfo['input_center']) * ratio
        warp_mat = np.column_stack([np.diag(ratio), offset])
        height, width = metainfo['ori_shape'][:2]
        masks.append(cells_in_image(warp_mat, (width, height), input_size[::-1], size[::-1]))
    return np.stack(masks)
