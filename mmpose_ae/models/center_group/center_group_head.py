"""The head of CenterGroup (Braso et al. 2021, arXiv:2110.05132)."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Tuple

import torch.nn.functional as F
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmpose_ae.codecs import CenterGroupCodec, CenterProposals, Maps
from mmpose_ae.frame import Grid, Size
from mmpose_ae.models.heads import (
    BottomupHead,
    Inputs,
    Proposed,
    Supervision,
    ViewOptions,
    average_heatmaps,
    describe_inputs,
    list_views,
    merge_resolutions,
)
from mmpose_ae.models.heads.supervision import refuse_lacking_types
from mmpose_ae.models.heads.views import View
from mmpose_ae.options import check_choice, refuse_unknown_options
from mmpose_ae.registry import MODELS

from .center_targets import CenterTargets, collect_targets
from .embedding_net import EmbeddingNet
from .ignored_regions import drop_proposals
from .matching import match_centers
from .nodes import make_nodes
from .structures import GroupingOutputs
from .views import MERGE_RULES, flip_back_groups, merge_groups, mirror_proposals

BASE_SCALE_WEIGHT = 0.6  # of features in a pyramid; the release weighs its three 0.2, 0.6, 0.2


@dataclass(frozen=True)
class CenterGroupOptions(ViewOptions):
    """Options of ``test_cfg`` of CenterGroup.

    Attributes:
        merge_rule (str): Of the logits of mirrored views, see :func:`merge_groups`.
        scale_weights (sequence, optional): Of the features of each scale, the base first. By
            default it has 0.6 and the others share the rest alike.
    """

    merge_rule: str = 'avg'
    scale_weights: Optional[Sequence[float]] = None

    def __post_init__(self) -> None:
        check_choice('merge_rule', self.merge_rule, MERGE_RULES)


@MODELS.register_module()
@refuse_unknown_options
class CenterGroupHead(BottomupHead):
    """Detect keypoints and centers, and give centers their keypoints by attention.

    In testing candidates are searched once, on the heatmaps merged over all views, and mirrored for
    the mirrored input. So both views have the same centers, one by one; the release searches
    twice, pairs centers by rank, and drops the mirrored view if the numbers differ.

    The ``test_cfg`` of the estimator may hold the options of :class:`CenterGroupOptions`.

    Args:
        in_channels (int): Channels of the feature map, from which nodes are embedded, too.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        tag_dim (int): Size of the tags that the detector predicts; they are not trained further.
            Detectors without tags have 0.
        embedding (dict, optional): Options of both :class:`EmbeddingNet`.
        grouping (dict): The :class:`CenterGroupingModule`, without ``num_keypoints``.
        grouping_loss (dict): Its loss, called with predictions and :class:`CenterTargets`.
        center_matching (dict, optional): Options of :func:`match_centers`.
        upsample_heatmaps (bool): Search candidates on heatmaps of the input's size, as the release
            does, instead of on the finest ones. The decoder's windows are in cells of these.
        norm_eval (bool): Keep the detector's batch norm as it is: statistics, weights and biases.
            Those of the backbone are its own: its ``norm_eval``, and ``norm_cfg`` with
            ``requires_grad=False``.
        decoder (dict, optional): The codec, a :class:`CenterGroupCodec`.
        **kwargs: As in :class:`BottomupHead`; no deconvolutions.
    """

    fixed_options = (*BottomupHead.fixed_options, 'deconv_out_channels', 'deconv_kernel_sizes')
    codec_classes = (CenterGroupCodec,)
    predicts_centers = True
    test_options = CenterGroupOptions

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        tag_dim: int = 1,
        embedding: OptConfigType = None,
        grouping: ConfigType = dict(type='mmpose_ae.CenterGroupingModule'),  # noqa: B006
        grouping_loss: ConfigType = dict(type='mmpose_ae.CenterGroupLoss'),  # noqa: B006
        center_matching: OptConfigType = None,
        upsample_heatmaps: bool = True,
        norm_eval: bool = True,
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        codec, num_keypoints = self.build_decoder(decoder, num_keypoints)
        channels = dict(tags=tag_dim * (num_keypoints + 1))
        super().__init__(in_channels, num_keypoints, channels, decoder=codec, **kwargs)
        if self.heatmap_scale is not None:
            self.heatmap_scale.check_tags(tag_dim)
        self.grouping = MODELS.build(dict(grouping, num_keypoints=num_keypoints))
        embedding = dict(embedding or {}, out_channels=grouping.get('dim', 128))
        self.keypoint_embedding = EmbeddingNet(in_channels, **embedding)
        self.center_embedding = EmbeddingNet(in_channels, **embedding)
        self.grouping_loss = MODELS.build(grouping_loss)
        sigmas = getattr(self.grouping_loss, 'sigmas', None)
        if sigmas is not None and len(sigmas) != num_keypoints:
            raise ValueError(
                f'sigmas of grouping_loss are of {len(sigmas)} keypoints, expected {num_keypoints}'
            )
        self.center_matching = dict(center_matching or {})
        self.upsample_heatmaps = upsample_heatmaps
        self.norm_eval = norm_eval
        for layer in self._frozen_norms():
            layer.requires_grad_(False)

    def train(self, mode: bool = True) -> nn.Module:
        """Switch to training or testing; the detector's batch norm may stay in testing."""
        super().train(mode)
        for layer in self._frozen_norms():
            layer.eval()
        return self

    def _known_maps(self, known: Tensor) -> Tensor:
        refuse_lacking_types('CenterGroupHead')

    def _frozen_norms(self) -> List[nn.Module]:
        layers = self.upsample_modules.modules() if self.norm_eval else ()
        return [layer for layer in layers if isinstance(layer, _BatchNorm)]

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> Dict[str, Tensor]:
        """Compute the losses of detection and of grouping.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): As of :meth:`BottomupHead.loss`, with the
                ``bbox_scales`` of ``gt_instances``, and with ``frame`` in their metainfo.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: ``loss_kpt`` and the losses of grouping.
        """
        stacks = self.forward(feats)
        supervision = self._supervise(stacks[-1].heatmaps, batch_data_samples)
        heatmap_losses = [self._heatmap_loss(stack, supervision) for stack in stacks]

        heatmaps = merge_resolutions(stacks[-1].heatmaps).detach()
        maps, grid = self._search_maps([heatmaps], supervision.input_size)
        inside = self._shown_cells(feats[-1], describe_inputs(batch_data_samples))
        proposals = self.decoder.propose(maps, _spread(inside[:, None], grid.size))
        # Not before the search: where maps are cut, slopes become peaks.
        proposals = drop_proposals(proposals, _spread(supervision.masks[-1], grid.size) > 0)
        layers = self._group(feats[-1:], proposals, inside, grid)
        targets = self._center_targets(proposals, grid, supervision)
        losses = self.grouping_loss(layers, targets)
        return dict(loss_kpt=sum(heatmap_losses) / len(stacks), **losses)

    def _search_maps(
        self, views: List[Tensor], input_size: Size, align_corners: bool = False
    ) -> Tuple[Maps, Grid]:
        """Heatmaps to search candidates on, the average of all views, and their cells."""
        size = input_size[::-1] if self.upsample_heatmaps else views[0].shape[-2:]
        merged = average_heatmaps([view.float() for view in views], size, align_corners)
        # What attention sees is in pixels, whatever the codec measures from.
        grid = self.decoder.grid_of(merged, input_size)._replace(center_shift=None)
        return Maps(merged[:, :-1], centers=merged[:, -1:]), grid

    def _shown_cells(self, features: Tensor, inputs: Inputs) -> Tensor:
        """Cells of the features that show the images, (B, h, w), bool."""
        return inputs.shown(self.decoder.grid_of(features, inputs.size)).to(features.device)

    def _group(
        self,
        features: Sequence[Tensor],
        proposals: CenterProposals,
        inside: Tensor,
        grid: Grid,
        weights: Optional[Sequence[float]] = None,
        all_layers: bool = True,
    ) -> List[GroupingOutputs]:
        """Group the candidates by the features of one view, at one scale or several."""
        nets = self.keypoint_embedding, self.center_embedding
        keypoints, centers = (
            make_nodes([net(x) for x in features], found, inside, grid, weights)
            for net, found in zip(nets, proposals)
        )
        return self.grouping(keypoints, centers, all_layers=all_layers)

    def _center_targets(
        self, proposals: CenterProposals, grid: Grid, supervision: Supervision
    ) -> CenterTargets:
        """Match the detected centers to the instances of their images."""
        centers, targets = proposals.centers, supervision.targets
        positions, visible = targets.keypoints.float(), targets.indices[..., 1] > 0
        width, height = supervision.input_size
        box_areas = supervision.scales.square() * (width * height)
        mask = centers.mask[:, 0]
        matches = match_centers(
            grid.to_pixels(centers.cells[:, 0]),
            positions[:, :, -1],
            box_areas,
            mask,
            visible[..., -1],
            **self.center_matching,
        )
        return collect_targets(matches, positions[:, :, :-1], visible[..., :-1], box_areas, mask)

    def _find(
        self, feats: Features, inputs: Inputs, options: CenterGroupOptions
    ) -> Tuple[Proposed, Maps]:
        """Give every center its keypoints; also the maps that were searched."""
        views = list_views(feats, options)
        heatmaps = [view.heatmaps[0] for view in self._predict_views(views, inputs, options)]
        maps, grid = self._search_maps(heatmaps, inputs.size, options.align_corners)
        inside = self._shown_cells(views[0].features[-1], inputs)
        proposals = self.decoder.propose(maps, _spread(inside[:, None], grid.size))
        found = self._group_views(views, proposals, inside, grid, inputs, options)
        visibility, centers = (
            None if logits is None else logits.float().sigmoid()
            for logits in (found.visibility, found.center_logits)
        )
        picked = self.decoder.pick(maps.heatmaps, proposals, found.members, visibility, centers)
        return Proposed(picked, self.decoder.grid_of(maps.heatmaps, inputs.size)), maps

    def _group_views(
        self,
        views: List[View],
        proposals: CenterProposals,
        inside: Tensor,
        grid: Grid,
        inputs: Inputs,
        options: CenterGroupOptions,
    ) -> GroupingOutputs:
        """Group by the input and, if it is there, by the mirrored one; merge the results."""
        upright, flipped = (
            [view.features[-1] for view in views if view.flipped == side] for side in (False, True)
        )
        weights = options.scale_weights or _scale_weights(len(upright))
        (outputs,) = self._group(upright, proposals, inside, grid, weights, all_layers=False)
        if not flipped:
            return outputs
        mirrored = mirror_proposals(proposals, inputs.flip_indices, grid.size[0])
        (other,) = self._group(flipped, mirrored, inside.flip(-1), grid, weights, all_layers=False)
        other = flip_back_groups(other, inputs.flip_indices, inputs.size[0])
        return merge_groups([outputs, other], options.merge_rule)


def _spread(mask: Tensor, size: Size) -> Tensor:
    """A mask (B, 1, h, w) in cells of another size (W, H), (B, H, W), float."""
    return F.interpolate(mask.float(), size[::-1])[:, 0]


def _scale_weights(num_scales: int) -> List[float]:
    """Weights of the features of an image pyramid, the base first."""
    if num_scales == 1:
        return [1.0]
    return [BASE_SCALE_WEIGHT, *(num_scales - 1) * [(1 - BASE_SCALE_WEIGHT) / (num_scales - 1)]]
