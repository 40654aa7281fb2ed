"""The head of DEKR (Geng et al. 2021, arXiv:2104.02300): MMPose's, without compiled operators."""

from typing import Dict, Optional, Tuple

import torch
from mmcv.cnn import ConvModule
from mmengine.model import Sequential
from mmengine.structures import PixelData
from mmpose.models.heads.hybrid_heads.dekr_head import DEKRHead as _DEKRHead
from mmpose.structures import PoseDataSample
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.codecs import CenterOffsetCodec, DEKRCodec, GroupedCenters, Maps
from mmpose_ae.frame import Grid
from mmpose_ae.models.heads import (
    CodecHead,
    Inputs,
    Proposed,
    Supervision,
    ViewOptions,
    average_heatmaps,
    flip_back,
    list_views,
)
from mmpose_ae.models.heads.views import View
from mmpose_ae.models.modules import ExactConv2d
from mmpose_ae.ops import dense_offsets, extents
from mmpose_ae.options import check_between, check_count, refuse_unknown_options
from mmpose_ae.registry import MODELS

from .adaptive_convolution import AdaptiveBlock


@MODELS.register_module()
@refuse_unknown_options
class DEKRHead(CodecHead, _DEKRHead):
    """Predict heatmaps of keypoints and centers, and at every cell the offsets to the keypoints.

    Layers, losses and names of weights are those of MMPose's head, but for the deformable
    convolution, see :class:`AdaptiveConv2d`; targets are made here, and tests may have batches and
    all views of :class:`ViewOptions`: offsets are those of the first scale.

    Args:
        in_channels (int): Channels of the feature map.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        displacement_loss (dict): Loss of offsets.
        background_weight (float): Weight of cells without a Gaussian in the loss of heatmaps.
        offset_radius (float): Half the side of the square around centers in which offsets are
            trained, in cells, 0.5 or more.
        decoder (dict, optional): The codec: a :class:`DEKRCodec`, or a :class:`CenterOffsetCodec`,
            which puts keypoints where heatmaps have a peak nearby.
        **kwargs: As in MMPose's ``DEKRHead``: ``heatmap_loss``, numbers of filters, ``rescore_cfg``
            and ``init_cfg``. The network that rescores is only loaded, never trained: its weights
            need no gradient. It reads the skeleton of the decoder's metainfo, which has to be a
            :class:`DEKRCodec`.

    Raises:
        ValueError: If an option cannot be, or the network that rescores does not fit the decoder.
    """

    codec_classes = (DEKRCodec, CenterOffsetCodec)
    predicts_centers = True

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        displacement_loss: ConfigType = dict(  # noqa: B006  (never changed)
            type='mmpose.SoftWeightSmoothL1Loss',
            use_target_weight=True,
            supervise_empty=False,
            beta=1 / 9,
            loss_weight=0.002,
        ),
        background_weight: float = 0.1,
        offset_radius: float = 4.0,
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        codec, num_keypoints = self.build_decoder(decoder, num_keypoints)
        check_between('offset_radius', offset_radius, 0.5)  # below, the square has no cell
        check_between('background_weight', background_weight)
        for name in ('num_heatmap_filters', 'num_displacement_filters_per_keypoint'):
            check_count(name, kwargs.get(name, 1), 1)
        super().__init__(in_channels, num_keypoints, displacement_loss=displacement_loss, **kwargs)
        self.decoder = codec
        if self.rescore_net is not None:
            self._check_rescoring()
            self.rescore_net.requires_grad_(False)
        self.background_weight = background_weight
        self.offset_radius = offset_radius

    def _check_rescoring(self) -> None:
        """Refuse a network that rescores what the decoder does not have."""
        if isinstance(self.decoder, CenterOffsetCodec):
            raise ValueError(
                'rescore_cfg rescores the poses of a DEKRCodec, but decoder.type is '
                f'{type(self.decoder).__name__}: leave out rescore_cfg, or change the decoder'
            )
        if self.decoder is None or self.decoder.metainfo is None:
            raise ValueError('rescore_cfg needs the skeleton: give the decoder metainfo')

    def _make_displacement_conv_layers(
        self, in_channels: int, out_channels: int, num_filters: int, groups: int
    ) -> Sequential:
        """Build MMPose's layers with blocks that need no compiled operator."""
        return Sequential(
            ConvModule(in_channels, num_filters, 1, norm_cfg=dict(type='BN')),
            AdaptiveBlock(num_filters, groups),
            AdaptiveBlock(num_filters, groups),
            ExactConv2d(num_filters, out_channels, 1, groups=groups),
        )

    def _load_state_dict_pre_hook(self, *args, **kwargs) -> None:
        """Rename nothing: MMPose's hook turns around what has no version, as plain dicts."""

    def forward(self, feats: Tuple[Tensor]) -> Tuple[Tensor, Tensor]:
        """Predict the maps.

        Args:
            feats (tuple[Tensor]): Feature maps, the last one is used.

        Returns:
            tuple: Heatmaps, (B, K + 1, h, w), and offsets to the keypoints in cells, channel
            ``2 * k + axis``, (B, 2 * K, h, w), float32.
        """
        heatmaps, offsets = super().forward(feats)
        return heatmaps.float(), offsets.float()

    def loss(
        self,
        feats: Tuple[Tensor],
        batch_data_samples: SampleList,
        train_cfg: OptConfigType = None,
    ) -> Dict[str, Tensor]:
        """Compute MMPose's losses of targets that are made here.

        Args:
            feats (tuple[Tensor]): Feature maps, the last one is used.
            batch_data_samples (list[PoseDataSample]): ``gt_instances`` with ``keypoints`` in pixels
                of the input, and ``gt_fields.heatmap_mask``.
            train_cfg (dict, optional): There are no options; any is refused.

        Returns:
            dict: ``loss/heatmap`` and ``loss/displacement``.
        """
        self.read_train_cfg(train_cfg)
        return super().loss(feats, self._label(self._supervise([feats[-1]], batch_data_samples)))

    def _label(self, supervision: Supervision) -> SampleList:
        """Targets in the samples in which MMPose's head reads them."""
        targets, (heatmaps,) = supervision.targets, supervision.targets.heatmaps
        grid = self.decoder.grid_of(heatmaps, supervision.input_size)
        cells, shown = grid.to_cells(targets.keypoints), targets.indices[..., 1] > 0
        lengths = extents(cells[..., :-1, :], shown[..., :-1]).norm(dim=-1).clamp(min=1)
        offsets, weights = dense_offsets(cells, shown, lengths, grid.size, self.offset_radius)
        fields = dict(
            heatmaps=heatmaps,
            heatmap_weights=torch.where(heatmaps > 0, 1.0, self.background_weight),
            heatmap_mask=supervision.masks[0].float(),
            displacements=offsets.flatten(1, 2),
            displacement_weights=weights.repeat_interleave(2, dim=1),
        )
        return [
            PoseDataSample(gt_fields=PixelData(**dict(zip(fields, image))))
            for image in zip(*fields.values())
        ]

    def _find(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Tuple[Proposed, Maps]:
        """Average heatmaps over all views, and offsets over those of the first scale."""
        views = list_views(feats, options)
        seen = [self._look(view, inputs, options) for view in views]
        size = seen[0][0].shape[-2:]
        heatmaps = average_heatmaps([maps for maps, _ in seen], size, options.align_corners)
        base = [offsets for view, (_, offsets) in zip(views, seen) if view.scale == 0]
        offsets = torch.stack(base).mean(0).flatten(1, 2)
        maps = Maps(heatmaps[:, :-1], centers=heatmaps[:, -1:], offsets=offsets)
        grid = self.decoder.grid_of(heatmaps, inputs.size)
        found = self.decoder.propose(maps, grid)
        if self.rescore_net is not None:
            found = found._replace(probabilities=self._rescore(found, grid))
        return Proposed(found, grid), maps

    def _look(self, view: View, inputs: Inputs, options: ViewOptions) -> Tuple[Tensor, Tensor]:
        """Heatmaps and offsets in pixels of the input, (B, 2, K, h, w), of a view turned back."""
        heatmaps, displacements = self.forward(view.features)
        grid = self.decoder.grid_of(heatmaps, inputs.size)
        stride = displacements.new_tensor(grid.stride)
        offsets = displacements.unflatten(1, (-1, 2)) * stride[:, None, None]
        offsets = offsets.transpose(1, 2)
        if not view.flipped:
            return heatmaps, offsets
        types = inputs.mirrored_types(with_center=True)
        heatmaps = flip_back(heatmaps, types, options.shift_heatmap)
        x, y = offsets[:, :, types[:-1]].flip(-1).unbind(1)
        return heatmaps, torch.stack([mirror_gap(grid) - x, y], dim=1)

    def _rescore(self, found: GroupedCenters, grid: Grid) -> Tensor:
        """What MMPose's network expects of the poses of all centers, (B, N)."""
        poses, shown = grid.to_pixels(found.cells).flatten(0, 1), found.heatmap_values.flatten(0, 1)
        scores = self.rescore_net(poses, shown, self.decoder.metainfo['skeleton_links'])
        return scores.nan_to_num(nan=0.0).view(found.mask.shape)


def mirror_gap(grid: Grid) -> float:
    """How far right of the mirrored pixel of a cell the pixel of the mirrored cell is.

    0 under the package's own rule of where cells lie; MMPose measures from the corner.
    """
    if grid.center_shift is None:
        return 0.0
    return (1 - 2 * grid.center_shift) * grid.stride[0] - 1
