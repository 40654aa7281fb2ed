"""A network and the device half of decoding as one module, which is what a file holds."""

from copy import deepcopy
from typing import Dict, Optional, Tuple

import torch
from mmpose.models.pose_estimators import BottomupPoseEstimator
from torch import Tensor, nn

from mmpose_ae.frame import Grid
from mmpose_ae.models.center_group import CenterGroupHead
from mmpose_ae.models.heads import BottomupHead, Inputs, Proposed
from mmpose_ae.models.heads.views import nest_views

from .poses import DecodingInGraph


class PoseGraph(nn.Module):
    """Pictures to what the host makes people of; all is done by the parts of the estimator.

    Args:
        model (BottomupPoseEstimator): With its weights.
        step (int): Sides of pictures are multiples of this, in pixels.
        flip_test (bool): Also look at the mirrored picture.
        decoding (DecodingInGraph, optional): Makes people of what is found. None leaves that to the
            host.
    """

    def __init__(
        self,
        model: BottomupPoseEstimator,
        step: int,
        flip_test: bool,
        decoding: Optional[DecodingInGraph] = None,
    ) -> None:
        super().__init__()
        self.decoding = decoding
        self.model, self.step = model.eval(), step
        self.views = dict(model.test_cfg, flip_test=flip_test, output_heatmaps=False)
        self.flip_indices = model.dataset_meta['flip_indices']
        self.has_half_features = False
        self.pixels_go_backward = not model.data_preprocessor._channel_conversion  # of RGB

    @property
    def head(self) -> BottomupHead:
        """The head of the estimator."""
        return self.model.head

    def halved(self) -> 'PoseGraph':
        """A copy that computes features in 16 bits; heads and decoding stay float."""
        copy = deepcopy(self)
        for part in (copy.model.backbone, getattr(copy.model, 'neck', None)):
            if part is not None:
                part.half()
        copy.has_half_features = True
        return copy

    @property
    def needs_shown(self) -> bool:
        """Whether it matters where pictures are padded: attention sees where in them people are."""
        return isinstance(self.head, CenterGroupHead)

    def forward(self, images: Tensor, shown: Optional[Tensor] = None) -> Dict[str, Tensor]:
        """Find what the host makes people of, or the people.

        Args:
            images (Tensor): RGB, (B, H, W, 3), uint8; sides are multiples of the step.
            shown (Tensor, optional): What part of each is picture and not padding: left, top, right
                and bottom edge in pixels, (B, 4), float32. None is all of it.

        Returns:
            dict: Tensors of fixed size by name.
        """
        proposals, grid = self.propose(images, shown)
        outputs = self.head.decoder.outputs(proposals)
        return outputs if self.decoding is None else self.decoding(outputs, grid)

    def propose(self, images: Tensor, shown: Optional[Tensor] = None) -> Proposed:
        """Find the same, in the codec's own form and with the cells that it counts."""
        pixels = self.normalize(images)
        size = tuple(pixels.shape[:-3:-1])
        inputs = Inputs(size, self.flip_indices, lambda grid: cells_shown(shown, grid, pixels))
        feats = nest_views([pixels], self._extract, {}, self.views)
        options = self.head.read_test_cfg(self.views)
        return self.head.propose(feats, inputs, options)

    def _extract(self, pixels: Tensor) -> Tuple[Tensor, ...]:
        if not self.has_half_features:
            return self.model.extract_feat(pixels)
        return tuple(features.float() for features in self.model.extract_feat(pixels.half()))

    def inputs(self, images: Tensor, shown: Optional[Tensor] = None) -> Tuple[Tensor, ...]:
        """What it is called with for pictures, which are shown as a whole unless told otherwise."""
        if not self.needs_shown:
            return (images,)
        height, width = images.shape[1:3]
        whole = torch.tensor([[-0.5, -0.5, width - 0.5, height - 0.5]])
        return images, whole.repeat(images.shape[0], 1) if shown is None else shown

    def normalize(self, images: Tensor) -> Tensor:
        """Make the network's input, (B, 3, H, W), as the data preprocessor does."""
        batch, height, width, _ = images.shape
        whole = (self.step * (side // self.step) for side in (height, width))
        pixels = images.view(batch, *whole, 3).permute(0, 3, 1, 2)  # multiples, exporters see
        pixels = pixels.flip(1).float() if self.pixels_go_backward else pixels.float()
        preprocessor = self.model.data_preprocessor
        if not preprocessor._enable_normalize:
            return pixels
        return (pixels - preprocessor.mean) / preprocessor.std


def cells_shown(shown: Optional[Tensor], grid: Grid, like: Tensor) -> Tensor:
    """Tell which cells show pictures and not what pads them.

    Args:
        shown (Tensor, optional): See :meth:`PoseGraph.forward`.
        grid (Grid): The cells.
        like (Tensor): Of this batch, on the device to use.

    Returns:
        Tensor: (B, H, W), bool.
    """
    width, height = grid.size
    if shown is None:
        return like.new_ones((like.shape[0], height, width), dtype=torch.bool)
    columns, rows = (torch.arange(count, device=like.device) for count in grid.size)
    x, y = (
        (cells + 0.5) * step - 0.5 for cells, step in zip((columns, rows), grid.stride)
    )  # pixels of their centers
    left, top, right, bottom = shown[:, :, None].unbind(1)
    inside_x, inside_y = (x >= left) & (x < right), (y >= top) & (y < bottom)  # (B, W), (B, H)
    return inside_y[:, :, None] & inside_x[:, None]
