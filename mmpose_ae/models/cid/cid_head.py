"""The head of CID (Wang and Zhang, CVPR 2022): MMPose's, with our targets, views and codec."""

from dataclasses import dataclass
from functools import partial
from typing import Dict, List, Optional, Sequence, Tuple

import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.models.heads.heatmap_heads.cid_head import CIDHead as _CIDHead
from mmpose.models.heads.heatmap_heads.cid_head import smooth_heatmaps
from mmpose.structures import PoseDataSample
from mmpose.utils.typing import ConfigType, Features, OptConfigType, OptMultiConfig, SampleList
from torch import Tensor, nn

from mmpose_ae.codecs import CIDCodec, Maps, PersonTargets
from mmpose_ae.frame import Grid, Size
from mmpose_ae.models.heads import (
    CodecHead,
    Inputs,
    Proposed,
    Supervision,
    ViewOptions,
    average_heatmaps,
    list_views,
)
from mmpose_ae.models.heads.views import View
from mmpose_ae.models.modules import ExactConv2d
from mmpose_ae.ops import MaskedCandidates, nearest_cells
from mmpose_ae.options import check_count, check_inside, check_positive, refuse_unknown_options
from mmpose_ae.registry import MODELS

from .box_supervision import BoxSupervision

BLUR = 3  # side of the window, in cells, over which heatmaps are averaged in testing


class FloatLoss(nn.Module):
    """A loss of features in float32, under autocast too: bfloat16 rounds their similarities.

    Args:
        loss (nn.Module): Called with features (P, C).
    """

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, features: Tensor) -> Tensor:
        """Compute the loss of features of any float type."""
        with torch.autocast(features.device.type, enabled=False):
            return self.loss(features.float())


@dataclass(frozen=True)
class CIDViewOptions(ViewOptions):
    """Options of ``test_cfg`` of CID, whose features are turned back, and not its heatmaps.

    ``shift_heatmap`` would have no effect, as in MMPose's head, and is refused.
    """

    def __post_init__(self) -> None:
        if self.shift_heatmap:
            raise ValueError(
                'shift_heatmap of test_cfg has no effect on CIDHead, which turns features back '
                'before heatmaps are made of them: leave it out'
            )


@dataclass(frozen=True)
class CIDTrainOptions:
    """Options of ``train_cfg`` of CID.

    Attributes:
        max_train_instances (int): Most people of a batch whose heatmaps are trained, drawn at
            random; -1 is no limit.
    """

    max_train_instances: int = -1

    def __post_init__(self) -> None:
        if self.max_train_instances != -1:
            check_count('max_train_instances of train_cfg', self.max_train_instances, 1)


@MODELS.register_module()
@refuse_unknown_options
class CIDHead(CodecHead, _CIDHead):
    """Predict centers, and from the features of each the heatmaps of one person.

    Layers, losses, names of weights and ``train_cfg`` (:class:`CIDTrainOptions`) are those of
    MMPose's head; targets are made here, and tests may have batches and all views of
    :class:`CIDViewOptions`: centers are searched on the average of all, and everybody's heatmaps
    are averaged at the size of the first scale.

    Args:
        in_channels (int): Channels of the feature map.
        gfd_channels (int): Channels of the features of one person.
        gfd_std (float): Standard deviation of the first weights of the layers that make heatmaps of
            one person. With MMPose's they begin as nothing, in which small networks get stuck.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        decoupled_heatmap_loss (dict): Loss of everybody's heatmaps.
        contrastive_loss (dict): Loss that keeps the features of people apart.
        decoder (dict, optional): The codec, a :class:`CIDCodec`.
        prior_prob (float): What heatmaps show where nothing is learned yet, above 0 and below 1.
        box_supervision (dict, optional): Options of :class:`BoxSupervision`, with which boxes are
            learned too, as BoIR does. None learns none. BoIR's release does so instead of
            ``contrastive_loss``, to which ``loss_weight=0`` may be given.
        init_cfg (dict | list, optional): Initialization besides that of the layers.
        **kwargs: As in MMPose's: ``coupled_heatmap_loss``.
    """

    codec_classes = (CIDCodec,)
    predicts_centers = True
    test_options = CIDViewOptions
    train_options = CIDTrainOptions

    def __init__(
        self,
        in_channels: int,
        gfd_channels: int = 32,
        gfd_std: float = 0.001,
        num_keypoints: Optional[int] = None,
        decoupled_heatmap_loss: ConfigType = dict(  # noqa: B006  (never changed)
            type='mmpose.FocalHeatmapLoss', loss_weight=4.0
        ),
        contrastive_loss: ConfigType = dict(  # noqa: B006
            type='mmpose.InfoNCELoss', temperature=0.05
        ),
        decoder: OptConfigType = None,
        prior_prob: float = 0.01,
        box_supervision: OptConfigType = None,
        init_cfg: OptMultiConfig = None,
        **kwargs,
    ) -> None:
        codec, num_keypoints = self.build_decoder(decoder, num_keypoints)
        losses = dict(
            decoupled_heatmap_loss=decoupled_heatmap_loss, contrastive_loss=contrastive_loss
        )
        check_count('gfd_channels', gfd_channels, 1)
        check_positive('gfd_std', gfd_std)
        check_inside('prior_prob', prior_prob, 0, 1)
        if isinstance(init_cfg, dict):  # MMPose's head appends to it
            init_cfg = [init_cfg]
        sizes = (in_channels, gfd_channels, num_keypoints, prior_prob)
        super().__init__(*sizes, init_cfg=init_cfg, **losses, **kwargs)
        normal = self.gfd_module.init_cfg[-1]
        normal.update(std=gfd_std, override=dict(normal['override'], std=gfd_std))
        self.decoder = codec
        self.loss_module['contrastive'] = FloatLoss(self.loss_module['contrastive'])
        # Below float32 the upper limit of MMPose's sigmoid would be 1, and the loss infinite.
        self.iia_module.keypoint_root_conv = ExactConv2d(in_channels, num_keypoints + 1, 1)
        self.gfd_module.heatmap_conv = ExactConv2d(gfd_channels, num_keypoints, 1)
        self.box_supervision = (
            None if box_supervision is None else BoxSupervision(in_channels, **box_supervision)
        )

    def _load_state_dict_pre_hook(self, *args, **kwargs) -> None:
        """Rename nothing: MMPose's hook renames once more what has no version, as plain dicts."""

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: OptConfigType = None
    ) -> Dict[str, Tensor]:
        """Compute MMPose's losses of targets that are made here.

        Args:
            feats (tuple[Tensor]): Feature maps, the last one is used.
            batch_data_samples (list[PoseDataSample]): ``gt_instances`` with ``keypoints`` in pixels
                of the input, ``bbox_scales``, and for ``box_supervision`` ``bboxes``; and
                ``gt_fields.heatmap_mask``.
            train_cfg (dict, optional): Options of :class:`CIDTrainOptions`.

        Returns:
            dict: ``loss/heatmap_coupled``, ``loss/heatmap_decoupled`` and ``loss/contrastive``,
            and those of ``box_supervision``.
        """
        supervision = self._supervise([feats[-1]], batch_data_samples)
        grid = self.decoder.grid_of(feats[-1], supervision.input_size)
        people = self.decoder.person_targets(supervision.targets, supervision.sides, grid)
        most = self.read_train_cfg(train_cfg).max_train_instances
        limit = dict(max_train_instances=most)
        losses = super().loss(feats, self._label(supervision, people), limit)
        nothing = 0 * sum(p.sum() for p in self.gfd_module.parameters())  # where nobody is
        losses = {'loss/heatmap_decoupled': nothing, 'loss/contrastive': nothing, **losses}
        if self.box_supervision is not None:
            boxes = self._box_cells(supervision, people, grid)
            losses.update(self.box_supervision(feats[-1], people.image, people.centers, boxes))
        return losses

    def _label(self, supervision: Supervision, people: PersonTargets) -> SampleList:
        """Targets in the samples in which MMPose's head reads them."""
        (heatmaps,), (mask,) = supervision.targets.heatmaps, supervision.masks
        samples = []
        for number, (own, supervised) in enumerate(zip(heatmaps, mask)):
            here = people.image == number
            fields = PixelData(
                heatmaps=own,
                heatmap_mask=supervised.float(),
                instance_heatmaps=people.heatmaps[here].flatten(0, 1),
            )
            labels = InstanceData(
                instance_coords=people.centers[here], keypoint_weights=people.shown[here].float()
            )
            samples.append(PoseDataSample(gt_fields=fields, gt_instance_labels=labels))
        return samples

    def _box_cells(self, supervision: Supervision, people: PersonTargets, grid: Grid) -> Tensor:
        """Boxes of people in cells, (P, 4); ValueError if the samples have none."""
        if supervision.boxes is None:
            raise ValueError('box_supervision needs boxes: gt_instances of the samples lack bboxes')
        corners = supervision.boxes[people.image, people.person].unflatten(-1, (2, 2))
        return grid.to_cells(corners).flatten(1)

    def _find(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Tuple[Proposed, Maps]:
        """Search centers on all views, and average the heatmaps of everybody."""
        views = list_views(feats, options)
        seen = [v.features[-1].flip(-1) if v.flipped else v.features[-1] for v in views]
        merge = partial(self._merge, views, seen[0].shape[-2:], inputs, options)
        maps = merge([self.iia_module(features) for features in seen])
        maps = Maps(maps[:, :-1], centers=smooth_heatmaps(maps[:, -1:], BLUR))
        found = self.decoder.propose(maps)
        size = seen[0].shape[:-3:-1]
        people = merge([self._see_people(features, found, size) for features in seen])
        picked = self.decoder.pick(smooth_heatmaps(people, BLUR), found)
        return Proposed(picked, self.decoder.grid_of(maps.heatmaps, inputs.size)), maps

    def _see_people(self, features: Tensor, found: MaskedCandidates, size: Size) -> Tensor:
        """Heatmaps of everybody found in cells of a size (W, H), (P, K, h, w), by one view."""
        image, rank = _rows(found.mask[:, 0])
        places = nearest_cells(found.cells[image, 0, rank], size, features.shape[:-3:-1])
        vectors = features[image, :, places[:, 1], places[:, 0]]
        return self.gfd_module(features, vectors, places, image)

    def _merge(
        self,
        views: List[View],
        size: Sequence[int],
        inputs: Inputs,
        options: ViewOptions,
        predicted: List[Tensor],
    ) -> Tensor:
        """Average maps of all views, whose features were turned back, at a size (H, W)."""
        turned = []
        for view, maps in zip(views, predicted):
            if view.flipped:  # left and right are still those of the mirrored image
                with_center = maps.shape[1] > self.num_keypoints
                maps = maps[:, inputs.mirrored_types(with_center)]
            turned.append(maps)
        return average_heatmaps(turned, size, options.align_corners)


def _rows(mask: Tensor) -> Tuple[Tensor, Tensor]:
    """Image and rank of centers (B, N): of those that are no padding, in an exported file of all.

    How many were found is known too late for a file, whose outputs have a size.
    """
    if not torch.compiler.is_compiling():
        return mask.nonzero(as_tuple=True)
    images, ranks = (torch.arange(count, device=mask.device) for count in mask.shape)
    return images.repeat_interleave(mask.shape[1]), ranks.repeat(mask.shape[0])
