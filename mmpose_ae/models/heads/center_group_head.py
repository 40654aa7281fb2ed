"""The head of CenterGroup (Braso et al. 2021, arXiv:2110.05132)."""

from typing import Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmpose.utils.typing import ConfigType, Features, InstanceList, OptConfigType, SampleList
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.rnn import pad_sequence

from mmpose_ae.grouping import GroupedCenters, MaskedCandidates, match_centers
from mmpose_ae.models.losses import CenterTargets, collect_targets
from mmpose_ae.models.modules import EmbeddingNet, GroupingOutputs
from mmpose_ae.registry import MODELS

from .center_ae_head import CenterAEHead
from .center_nodes import SearchGrid, image_masks, make_nodes
from .grouping_views import flip_back_groups, merge_groups, mirror_candidates
from .test_time import average_heatmaps, flip_back, merge_resolutions

Size = Tuple[int, int]
Candidates = Tuple[MaskedCandidates, MaskedCandidates]  # of keypoints and of centers
BASE_SCALE_WEIGHT = 0.6  # of features in a pyramid; the release weighs its three 0.2, 0.6, 0.2


@MODELS.register_module()
class CenterGroupHead(CenterAEHead):
    """Detect keypoints and centers, and give centers their keypoints by attention.

    In testing candidates are searched once, on the heatmaps merged over all views, and mirrored for
    the mirrored input. So both views have the same centers, one by one; the release searches
    twice, pairs centers by rank, and drops the mirrored view if the numbers differ.

    Args:
        in_channels (int): Channels of the feature map, from which nodes are embedded, too.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        embedding (dict, optional): Options of both :class:`EmbeddingNet`.
        grouping (dict): The :class:`CenterGroupingModule`, without ``num_keypoints``.
        grouping_loss (dict): Its loss, called with predictions and :class:`CenterTargets`.
        center_matching (dict, optional): Options of :func:`match_centers`.
        upsample_heatmaps (bool): Search candidates on heatmaps of the input's size, as the release
            does, instead of on the finest ones. The decoder's windows are in cells of these.
        norm_eval (bool): Keep the running statistics of the detector's batch norm.
        **kwargs: As in :class:`CenterAEHead`; no deconvolutions. Tags are not trained.

    The ``test_cfg`` of the estimator may hold ``flip_test``, ``shift_heatmap``,
    ``multiscale_test``, ``align_corners`` and ``output_heatmaps`` as in :class:`AEHead`, and

    - ``merge_rule``: of the logits of mirrored views, see :func:`merge_groups` (``'avg'``).
    - ``scale_weights``: of the features of each scale, the base first. By default it has 0.6 and
      the others share the rest alike.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        embedding: OptConfigType = None,
        grouping: ConfigType = dict(type='mmpose_ae.CenterGroupingModule'),  # noqa: B006
        grouping_loss: ConfigType = dict(type='mmpose_ae.CenterGroupLoss'),  # noqa: B006
        center_matching: OptConfigType = None,
        upsample_heatmaps: bool = True,
        norm_eval: bool = True,
        **kwargs,
    ) -> None:
        if kwargs.get('deconv_out_channels'):
            raise ValueError('nodes are embedded from the input of the head: no deconvolutions')
        super().__init__(in_channels, num_keypoints, **kwargs)
        self.grouping = MODELS.build(dict(grouping, num_keypoints=self.num_keypoints - 1))
        embedding = dict(embedding or {}, out_channels=grouping.get('dim', 128))
        self.keypoint_embedding = EmbeddingNet(in_channels, **embedding)
        self.center_embedding = EmbeddingNet(in_channels, **embedding)
        self.grouping_loss = MODELS.build(grouping_loss)
        self.center_matching = dict(center_matching or {})
        self.upsample_heatmaps = upsample_heatmaps
        self.norm_eval = norm_eval

    def train(self, mode: bool = True) -> nn.Module:
        """Switch to training or testing; the detector's batch norm may stay in testing."""
        super().train(mode)
        if self.norm_eval:
            for module in self.upsample_modules.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> Dict[str, Tensor]:
        """Compute the losses of detection and of grouping.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): Targets made by the codec: those of
                :meth:`AEHead.loss`, ``gt_fields.image_mask``, and
                ``keypoint_positions`` and ``instance_scales`` of ``gt_instance_labels``.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: ``loss_kpt`` and the losses of grouping.
        """
        targets, masks, inside = (
            self._stack_field(batch_data_samples, name)
            for name in ('heatmaps', 'heatmap_mask', 'image_mask')
        )
        stacks = self.forward(feats)
        self._check_targets(stacks[-1].heatmaps, targets)
        heatmap_losses = [self._heatmap_loss(stack, targets, masks) for stack in stacks]

        input_size = self.decoder.input_size[::-1]
        heatmaps, grid = self._search_maps([merge_resolutions(stacks[-1]).detach()], input_size)
        supervised = F.interpolate(masks[-1].float(), grid.size)[:, 0]
        candidates = self.decoder.find_candidates(heatmaps, supervised)
        layers = self._group(feats[-1:], candidates, inside[0][:, 0], grid)
        losses = self.grouping_loss(
            layers, self._center_targets(candidates[1], grid, batch_data_samples)
        )
        return dict(loss_kpt=sum(heatmap_losses) / len(stacks), **losses)

    def _search_maps(
        self, views: List[Tensor], input_size: Size, align_corners: bool = False
    ) -> Tuple[Tensor, SearchGrid]:
        """Heatmaps (B, K + 1, H, W) to search candidates on: the average of all views."""
        size = tuple(input_size if self.upsample_heatmaps else views[0].shape[-2:])
        heatmaps = average_heatmaps([view.float() for view in views], size, align_corners)
        return heatmaps, SearchGrid(size, input_size)

    def _group(
        self,
        features: Sequence[Tensor],
        candidates: Candidates,
        inside: Tensor,
        grid: SearchGrid,
        weights: Optional[Sequence[float]] = None,
        all_layers: bool = True,
    ) -> List[GroupingOutputs]:
        """Group the candidates by the features of one view, at one scale or several."""
        nets = self.keypoint_embedding, self.center_embedding
        keypoints, centers = (
            make_nodes([net(x) for x in features], found, inside, grid, weights)
            for net, found in zip(nets, candidates)
        )
        return self.grouping(keypoints, centers, all_layers=all_layers)

    def _center_targets(
        self, centers: MaskedCandidates, grid: SearchGrid, batch_data_samples: SampleList
    ) -> CenterTargets:
        """Match the detected centers to the instances of their images."""
        labels = [d.gt_instance_labels for d in batch_data_samples]
        positions, indices, scales = (
            pad_sequence(values, batch_first=True)
            for values in (
                [label.keypoint_positions for label in labels],
                [label.keypoint_indices for label in labels],
                self._instance_scales(labels),
            )
        )
        visible = indices[..., 1] > 0  # (B, N, K + 1)
        box_areas = scales.square() * np.prod(grid.input_size)
        mask = centers.mask[:, 0]
        matches = match_centers(
            grid.locate(centers.cells[:, 0]),
            positions[:, :, -1],
            box_areas,
            mask,
            visible[..., -1],
            **self.center_matching,
        )
        return collect_targets(matches, positions[:, :, :-1], visible[..., :-1], box_areas, mask)

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Union[InstanceList, Tuple[InstanceList, List[PixelData]]]:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): As in :meth:`AEHead.predict`.
            batch_data_samples (list[PoseDataSample]): With the metainfo of BottomupResize.
            test_cfg (dict, optional): See the class.

        Returns:
            list[InstanceData]: As of :meth:`AEHead.predict`; empty without a keypoint or a center.
            With ``output_heatmaps`` a tuple of that and a list of PixelData with ``heatmaps``
            (K + 1, H, W).
        """
        test_cfg = test_cfg or {}
        if test_cfg.get('ground_truth') is not None:
            raise ValueError('ground_truth is an option of heads that group by tags')
        metainfo = batch_data_samples[0].metainfo
        input_size = tuple(metainfo.get('batch_input_shape', metainfo['img_shape']))
        views = self._split_views(feats, test_cfg)
        heatmaps, grid = self._merge_heatmaps(views, metainfo, input_size, test_cfg)
        coarse = image_masks(batch_data_samples, views[0][0].shape[-2:], input_size)
        inside = torch.from_numpy(coarse).to(heatmaps.device)
        on_image = F.interpolate(inside[:, None].float(), grid.size)[:, 0]
        candidates = self.decoder.find_candidates(heatmaps, on_image)
        outputs = self._group_views(views, candidates, inside, grid, metainfo, test_cfg)
        groups = _to_probabilities(outputs, candidates)
        decoded = self.decoder.decode_groups(heatmaps[:, :-1], groups, grid.stride)
        instances = [
            InstanceData(keypoints=keypoints, keypoint_scores=scores, bbox_scores=instance_scores)
            for keypoints, scores, instance_scores in zip(*decoded)
        ]
        if not test_cfg.get('output_heatmaps', False):
            return instances
        return instances, [PixelData(heatmaps=maps) for maps in heatmaps]

    @staticmethod
    def _split_views(feats: Features, test_cfg: dict) -> List[List[Tensor]]:
        """Feature maps of the input and of the mirrored one, each a list over the scales."""
        scales = feats if test_cfg.get('multiscale_test', False) else [feats]
        flipped = test_cfg.get('flip_test', False)
        views = zip(*scales) if flipped else [scales]
        return [[features[-1] for features in view] for view in views]

    def _merge_heatmaps(
        self, views: List[List[Tensor]], metainfo: dict, input_size: Size, test_cfg: dict
    ) -> Tuple[Tensor, SearchGrid]:
        """Heatmaps to search candidates on, of all scales and flips."""
        align_corners = test_cfg.get('align_corners', False)
        merged = []
        for flipped, scales in enumerate(views):
            for features in scales:
                outputs = self._forward_stack(features)
                heatmaps = merge_resolutions(outputs, align_corners)
                if flipped:
                    shift = test_cfg.get('shift_heatmap', False)
                    heatmaps = flip_back(heatmaps, self._flip_indices(metainfo), shift)
                merged.append(heatmaps)
        return self._search_maps(merged, input_size, align_corners)

    def _group_views(
        self,
        views: List[List[Tensor]],
        candidates: Candidates,
        inside: Tensor,
        grid: SearchGrid,
        metainfo: dict,
        test_cfg: dict,
    ) -> GroupingOutputs:
        """Group by the input and, if it is there, by the mirrored one; merge the results."""
        weights = test_cfg.get('scale_weights') or _scale_weights(len(views[0]))
        (outputs,) = self._group(views[0], candidates, inside, grid, weights, all_layers=False)
        if len(views) == 1:
            return outputs
        flip_indices, width = metainfo['flip_indices'], grid.size[1]
        keypoints, centers = candidates
        mirrored = (
            mirror_candidates(keypoints, flip_indices, width),
            mirror_candidates(centers, [0], width),
        )
        (flipped,) = self._group(
            views[1], mirrored, inside.flip(-1), grid, weights, all_layers=False
        )
        flipped = flip_back_groups(flipped, flip_indices, grid.input_size[1])
        return merge_groups([outputs, flipped], test_cfg.get('merge_rule', 'avg'))


def _scale_weights(num_scales: int) -> List[float]:
    """Weights of the features of an image pyramid, the base first."""
    if num_scales == 1:
        return [1.0]
    return [BASE_SCALE_WEIGHT, *(num_scales - 1) * [(1 - BASE_SCALE_WEIGHT) / (num_scales - 1)]]


def _to_probabilities(outputs: GroupingOutputs, candidates: Candidates) -> GroupedCenters:
    """Prepare outputs for decoding; where no keypoint was found there are no centers, either."""
    keypoints, centers = candidates
    visibility, center_logits = outputs.visibility, outputs.center_logits
    return GroupedCenters(
        outputs.hard_locations,
        None if visibility is None else visibility.float().sigmoid(),
        None if center_logits is None else center_logits.float().sigmoid(),
        centers.scores[:, 0],
        centers.mask[:, 0] & keypoints.mask.flatten(1).any(1, keepdim=True),
    )
