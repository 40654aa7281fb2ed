"""Poses and masks of people from one network: the same tags say whose a keypoint or a pixel is."""

from typing import List, NamedTuple

import torch
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.codecs import Maps
from mmpose_ae.frame import Size
from mmpose_ae.models.heads import AEHead
from mmpose_ae.models.heads.ae_head import TagViewOptions
from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.supervision import Supervision
from mmpose_ae.models.heads.views import View, resize
from mmpose_ae.models.losses.instance_tags import read_instance_tags
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import MODELS, TASK_UTILS, build_own
from projects.instance_segmentation.decoding import PersonMasks

from .mask_targets import MaskTargets, gather_masks
from .pixel_tags import TagSets


class PoseMaskSupervision(NamedTuple):
    """Targets of keypoints and of masks."""

    poses: Supervision
    masks: MaskTargets


@MODELS.register_module()
@refuse_unknown_options
class PoseMaskHead(AEHead):
    """Associative Embedding with the mask of people as one more type beside the keypoints.

    It has a map of detections and L maps of tags, the last ones, where CenterAEHead has those of
    the center; with ``tag_per_keypoint=False`` all types share the L maps of tags. Keypoints are
    detected and grouped as in :class:`AEHead`. ``mask_tag_loss`` is over keypoints and pixels of a
    person together, so a pixel belongs to the person of the nearest tag.

    Args:
        in_channels (int): As in :class:`AEHead`.
        mask_loss (dict): A :class:`DetectionLoss`, of the mask.
        mask_tag_loss (dict): A :class:`PixelGroupingLoss` or :class:`DiscriminativeLoss`.
        mask_decoder (dict): A :class:`PersonMasks`.
        **kwargs: As in :class:`AEHead`.
    """

    fixed_options = (*AEHead.fixed_options, 'upsample', 'heatmap_scale', 'tags_over_time')
    predicts_centers = True

    def __init__(
        self,
        in_channels: int,
        mask_loss: ConfigType = dict(type='mmpose_ae.DetectionLoss'),  # noqa: B006
        mask_tag_loss: ConfigType = dict(type='mmpose_ae.PixelGroupingLoss'),  # noqa: B006
        mask_decoder: ConfigType = dict(type='mmpose_ae.PersonMasks'),  # noqa: B006  (never changed)
        **kwargs,
    ) -> None:
        super().__init__(in_channels, **kwargs)
        self.mask_loss = MODELS.build(mask_loss)
        self.mask_tag_loss = MODELS.build(mask_tag_loss)
        self.mask_decoder: PersonMasks = build_own(TASK_UTILS, mask_decoder)

    def _supervise(
        self, heatmaps: List[Tensor], batch_data_samples: SampleList
    ) -> PoseMaskSupervision:
        (maps,) = heatmaps
        poses = super()._supervise(heatmaps, batch_data_samples)
        masks = gather_masks(batch_data_samples, 1, maps.shape[-2:], maps.device)
        return PoseMaskSupervision(poses, masks)

    def _stack_losses(self, outputs: BottomupOutputs, supervision: PoseMaskSupervision) -> dict:
        (maps,), (poses, masks) = outputs.heatmaps, supervision
        keypoints, person = maps.split([self.num_keypoints, 1], dim=1)
        tags = self._tags_of_keypoints(outputs.tags)
        targets = poses.targets._replace(
            heatmaps=[level[:, : self.num_keypoints] for level in poses.targets.heatmaps],
            indices=[index[:, : self.num_keypoints] for index in poses.targets.indices],
        )
        own = super()._stack_losses(
            BottomupOutputs([keypoints], tags), poses._replace(targets=targets)
        )
        keypoints_of = self._sets_of_keypoints(tags, targets.indices, masks)
        joint = self.mask_tag_loss(
            self._tags_of_masks(outputs.tags), masks.instances, further=keypoints_of
        )
        mask = self.mask_loss(person, masks.detections, masks.mask)
        named = {name.replace('loss_', 'loss_mask_'): loss for name, loss in joint.items()}
        return dict(own, loss_mask=mask, **named)

    @staticmethod
    def _sets_of_keypoints(
        tags: Tensor, indices: List[Tensor], masks: MaskTargets
    ) -> List[TagSets]:
        """The tags of the keypoints of each person of each image."""
        read = read_instance_tags(tags, indices)
        return [
            TagSets(values[: len(image.masks)], visible[: len(image.masks)], image.categories)
            for image, values, visible in zip(masks.instances, read.values, read.visible)
        ]

    def _tags_of_masks(self, tags: Tensor) -> Tensor:
        """The tags (B, L, h, w) of pixels among those of all types, (B, L * (K + 1), h, w)."""
        return tags.unflatten(1, (-1, self.channels['heatmaps']))[:, :, -1]

    def _merge_views(
        self,
        views: List[View],
        outputs: List[BottomupOutputs],
        input_size: Size,
        options: TagViewOptions,
    ) -> Maps:
        """Merge as AEHead; ``centers`` holds the mask and, behind it, the tags of its pixels."""
        maps = super()._merge_views(views, outputs, input_size, options)
        tags = self._tags_of_masks(self._concatenate_tags(views, outputs, options))
        mask = self.mask_loss.score(maps.centers)
        return maps._replace(centers=torch.cat([mask, resize(tags, mask.shape[-2:])], dim=1))

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> object:
        """Predict people as :class:`AEHead`, each with a mask.

        Args:
            feats (tuple | list): As in :class:`AEHead`.
            batch_data_samples (list[PoseDataSample]): As there, with ``frame`` in their metainfo.
            test_cfg (dict, optional): As there.

        Returns:
            list | tuple: As there; instances also have ``masks``, run lengths of masks of the
            image, ``labels`` (N,), all 0, and ``scores`` (N,).
        """
        options = self.read_test_cfg(test_cfg)
        predicted = self.predict_maps(feats, batch_data_samples, options)
        found = self.decode_maps(predicted, options)
        instances = found[0] if options.output_heatmaps else found
        for people, maps, sample in zip(instances, predicted.maps.centers, batch_data_samples):
            frame = sample.metainfo['frame']
            self.mask_decoder.add_masks(people, maps[0], maps[1:], predicted.grid, frame)
        return found
