"""The head of Associative Embedding, at one resolution or, as in HigherHRNet, at several."""

from typing import List, Optional, Sequence, Tuple, Union

import torch
from mmengine.structures import InstanceData, PixelData
from mmpose.models.heads import AssociativeEmbeddingHead
from mmpose.utils.typing import ConfigType, Features, InstanceList, OptConfigType, SampleList
from torch import Tensor, nn

from mmpose_ae.models.modules import UpsampleModule
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

from .ground_truth import GROUND_TRUTH
from .outputs import BottomupOutputs
from .test_time import (
    average_heatmaps,
    concatenate_tags,
    flip_back,
    merge_resolutions,
    resize,
)

OptIntSeq = Optional[Sequence[int]]


@MODELS.register_module()
class AEHead(AssociativeEmbeddingHead):
    """Predict heatmaps and tags; train, test and decode them.

    One resolution by default: optional deconvolutions, then a 1x1 convolution, as for HRNet,
    ResNet or MobileNet. ``upsample`` adds HigherHRNet's finer resolutions. For a backbone that
    predicts the maps itself (HourglassAE) give ``final_layer=None`` and the number of stacks.

    Args:
        in_channels (int): Channels of the feature map, or of the prediction where
            ``final_layer`` is None.
        num_keypoints (int, optional): K. None takes it from the decoder's metainfo.
        tag_dim (int): L, the size of a tag.
        tag_per_keypoint (bool): Predict L maps for each keypoint type, or L maps shared by all.
        num_stacks (int): How many of the backbone's last maps are predictions to supervise.
        deconv_out_channels (sequence, optional): Channels of the deconvolutions; None for none.
        deconv_kernel_sizes (sequence, optional): Their kernel sizes.
        final_layer (dict, optional): Settings of the last convolution; None for no layer.
        upsample (dict, optional): Arguments of :class:`UpsampleModule`, and ``num_modules``
            (default 1): each doubles the resolution and predicts heatmaps once more. Tags
            are predicted at the coarsest resolution; ``with_tags=False`` hands only the
            heatmaps on to the next one, not the tags.
        keypoint_loss (dict): Loss of heatmaps, called with prediction, target and mask.
        tag_loss (dict): Loss of tags, called with tag maps and keypoint indices; gives pull
            and push.
        decoder (dict, optional): The codec.
        init_cfg (dict, optional): Initialisation; the default is a normal distribution.

    The ``test_cfg`` of the estimator may hold:

    - ``flip_test``: average the heatmaps with those of the mirrored input, concatenate tags.
    - ``shift_heatmap``: shift the mirrored maps by a cell (False).
    - ``multiscale_test``: average the heatmaps over the scales of an image pyramid.
    - ``multiscale_tags``: ``'first'`` uses the tags of the first scale, as the released codes do;
      ``'all'`` concatenates those of all scales, as in the paper's Section 3.3.
    - ``restore_heatmap_size``: decode at the size of the input instead of the finest heatmap's.
    - ``align_corners``: of every resizing (False).
    - ``ground_truth``: ``'heatmaps'`` or ``'tags'``: decode these maps as a perfect network would
      predict them, together with the other, predicted ones (the paper's Section 4 puts "ground
      truth detections" in place). Needs annotated test images.
    - ``output_heatmaps``: also return the merged maps.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        tag_dim: int = 1,
        tag_per_keypoint: bool = True,
        num_stacks: int = 1,
        deconv_out_channels: OptIntSeq = None,
        deconv_kernel_sizes: OptIntSeq = None,
        final_layer: OptConfigType = dict(kernel_size=1),  # noqa: B006  (never changed)
        upsample: OptConfigType = None,
        keypoint_loss: ConfigType = dict(type='mmpose.KeypointMSELoss'),  # noqa: B006
        tag_loss: ConfigType = dict(type='mmpose_ae.AssociativeEmbeddingLoss'),  # noqa: B006
        decoder: OptConfigType = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        if num_keypoints is None:
            num_keypoints = self._count_keypoints(decoder)
        super().__init__(
            in_channels=in_channels,
            num_keypoints=num_keypoints,
            tag_dim=tag_dim,
            tag_per_keypoint=tag_per_keypoint,
            deconv_out_channels=deconv_out_channels,
            deconv_kernel_sizes=deconv_kernel_sizes,
            final_layer=final_layer,
            keypoint_loss=keypoint_loss,
            tag_loss=tag_loss,
            decoder=decoder,
            init_cfg=init_cfg,
        )
        if final_layer is None and in_channels < self.out_channels:
            raise ValueError(
                f'without a final layer the {in_channels} input channels are the prediction, '
                f'but {num_keypoints} keypoints with tags need {self.out_channels}'
            )
        self.num_stacks = num_stacks
        width = deconv_out_channels[-1] if deconv_out_channels else in_channels
        self._build_upsampling(width, **(upsample or dict(num_modules=0)))

    @staticmethod
    def _count_keypoints(decoder: OptConfigType) -> int:
        count = None if decoder is None else KEYPOINT_CODECS.build(decoder).num_keypoints
        if count is None:
            raise ValueError('give num_keypoints, or a decoder with the metainfo of the dataset')
        return count

    def _build_upsampling(
        self, width: int, num_modules: int = 1, with_tags: bool = True, **kwargs
    ) -> None:
        self.upsample_modules, self.upsample_final_layers = nn.ModuleList(), nn.ModuleList()
        self.upsampled_channels = self.out_channels if with_tags else self.num_keypoints
        predicted = self.upsampled_channels
        for _ in range(num_modules):
            self.upsample_modules.append(UpsampleModule(width + predicted, width, **kwargs))
            self.upsample_final_layers.append(nn.Conv2d(width, self.num_keypoints, 1))
            predicted = self.num_keypoints

    def forward(self, feats: Tuple[Tensor]) -> List[BottomupOutputs]:
        """Predict the dense maps.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone, (B, C, h, w) each.

        Returns:
            list[BottomupOutputs]: One per stack, the last one is the best.
        """
        return [self._forward_stack(x) for x in feats[-self.num_stacks :]]

    def _forward_stack(self, x: Tensor) -> BottomupOutputs:
        x = self.conv_layers(self.deconv_layers(x))
        prediction = self.final_layer(x)
        heatmaps = [prediction[:, : self.num_keypoints]]
        tags = prediction[:, self.num_keypoints : self.out_channels]
        for module, final_layer in zip(self.upsample_modules, self.upsample_final_layers):
            x = module(torch.cat([x, prediction[:, : self.upsampled_channels]], dim=1))
            prediction = final_layer(x)
            heatmaps.append(prediction)
        if not self.tag_per_keypoint:
            tags = tags.repeat_interleave(self.num_keypoints, dim=1)
        return BottomupOutputs(heatmaps, tags)

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> dict:
        """Compute the losses: summed over resolutions, averaged over stacks.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): Targets made by the codec, with
                ``gt_fields.heatmaps``, ``gt_fields.heatmap_mask`` and
                ``gt_instance_labels.keypoint_indices``.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: ``loss_kpt``, ``loss_pull`` and ``loss_push``.
        """
        targets = self._stack_field(batch_data_samples, 'heatmaps')
        masks = self._stack_field(batch_data_samples, 'heatmap_mask')
        stacks = self.forward(feats)
        self._check_targets(stacks[-1].heatmaps, targets)
        losses = [self._stack_losses(s, targets, masks, batch_data_samples) for s in stacks]
        return {name: sum(loss[name] for loss in losses) / len(stacks) for name in losses[0]}

    def _stack_losses(
        self,
        outputs: BottomupOutputs,
        targets: List[Tensor],
        masks: List[Tensor],
        batch_data_samples: SampleList,
    ) -> dict:
        """Compute the losses of one stack, summed over resolutions."""
        indices = [d.gt_instance_labels.keypoint_indices for d in batch_data_samples]
        pull, push = self.loss_module.tag_loss(outputs.tags, indices)
        loss_kpt = self._heatmap_loss(outputs, targets, masks)
        return dict(loss_kpt=loss_kpt, loss_pull=pull, loss_push=push)

    def _heatmap_loss(
        self, outputs: BottomupOutputs, targets: List[Tensor], masks: List[Tensor]
    ) -> Tensor:
        """Loss of the heatmaps of one stack, summed over resolutions."""
        return sum(
            self.loss_module.keypoint_loss(heatmaps.float(), target, mask=mask)
            for heatmaps, target, mask in zip(outputs.heatmaps, targets, masks)
        )

    @staticmethod
    def _instance_scales(labels: Sequence[InstanceData]) -> List[Tensor]:
        """Scales (N,) of the instances of each image, for heads that need them."""
        if any('instance_scales' not in label for label in labels):
            raise ValueError(
                'the targets lack instance_scales: the codec makes them from bbox_scale, the '
                "sides of the boxes, which BottomupRandomAffine adds to the data's bbox"
            )
        return [label.instance_scales for label in labels]

    @staticmethod
    def _stack_field(batch_data_samples: SampleList, name: str) -> List[Tensor]:
        """Stack one target over the batch, a tensor per resolution."""
        fields = [getattr(d.gt_fields, name) for d in batch_data_samples]
        if isinstance(fields[0], Tensor):
            return [torch.stack(fields)]
        return [torch.stack(level) for level in zip(*fields)]

    @staticmethod
    def _check_targets(heatmaps: List[Tensor], targets: List[Tensor]) -> None:
        predicted = [tuple(h.shape[1:]) for h in heatmaps]
        expected = [tuple(t.shape[1:]) for t in targets]
        if predicted != expected:
            raise ValueError(
                f'the network predicts heatmaps (K, H, W) of {predicted}, '
                f'but the codec made targets of {expected}'
            )

    def predict(
        self,
        feats: Features,
        batch_data_samples: SampleList,
        test_cfg: OptConfigType = None,
    ) -> Union[InstanceList, Tuple[InstanceList, List[PixelData]]]:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): Features of the input; with ``flip_test`` a list of those of the
                input and of the mirrored input; with ``multiscale_test`` a list of either over
                the scales.
            batch_data_samples (list[PoseDataSample]): With ``flip_indices`` and
                ``batch_input_shape`` or ``img_shape`` in their metainfo.
            test_cfg (dict, optional): See the class.

        Returns:
            list[InstanceData]: ``keypoints`` (N, K, 2) in pixels of the input, ``keypoint_scores``
            (N, K) and ``bbox_scores`` (N,) of each image. With ``output_heatmaps`` a tuple
            of that and a list of PixelData with ``heatmaps`` and ``tags``.
        """
        test_cfg = test_cfg or {}
        metainfo = batch_data_samples[0].metainfo
        input_size = tuple(metainfo.get('batch_input_shape', metainfo['img_shape']))
        heatmaps, tags = self._merge_views(feats, metainfo, input_size, test_cfg)
        heatmaps, tags = self._use_ground_truth(heatmaps, tags, batch_data_samples, test_cfg)
        stride = (input_size[1] / heatmaps.shape[3], input_size[0] / heatmaps.shape[2])
        instances = self.decode((heatmaps, tags, stride))
        if not test_cfg.get('output_heatmaps', False):
            return instances
        tags = resize(tags, heatmaps.shape[-2:])
        return instances, [PixelData(heatmaps=h, tags=t) for h, t in zip(heatmaps, tags)]

    def _use_ground_truth(
        self, heatmaps: Tensor, tags: Tensor, batch_data_samples: SampleList, test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Put the ground truth in place of one kind of maps, if asked for."""
        kind = test_cfg.get('ground_truth')
        if kind is None:
            return heatmaps, tags
        if kind not in GROUND_TRUTH:
            raise ValueError(f"ground_truth must be 'heatmaps' or 'tags', got {kind!r}")
        known = GROUND_TRUTH[kind](batch_data_samples, self.decoder, like=heatmaps)
        return (known, tags) if kind == 'heatmaps' else (heatmaps, known)

    def _merge_views(
        self, feats: Features, metainfo: dict, input_size: Tuple[int, int], test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Heatmaps (B, K, H, W) and tags (B, views * L * K, h, w) of all scales and flips."""
        multiscale_tags = test_cfg.get('multiscale_tags', 'first')
        if multiscale_tags not in ('first', 'all'):
            raise ValueError(f"multiscale_tags must be 'first' or 'all', got {multiscale_tags!r}")
        align_corners = test_cfg.get('align_corners', False)
        scales = feats if test_cfg.get('multiscale_test', False) else [feats]
        heatmaps, tags = [], []
        for i, scale in enumerate(scales):
            for flipped, view in enumerate(scale if test_cfg.get('flip_test', False) else [scale]):
                outputs = self.forward(view)[-1]
                maps = [merge_resolutions(outputs, align_corners), outputs.tags]
                if flipped:
                    shift = test_cfg.get('shift_heatmap', False)
                    maps = [flip_back(m, metainfo['flip_indices'], shift) for m in maps]
                heatmaps.append(maps[0])
                if i == 0 or multiscale_tags == 'all':
                    tags.append(maps[1])
        tags = concatenate_tags(tags, align_corners)
        finest = heatmaps[0].shape[-2:]
        if not test_cfg.get('restore_heatmap_size', False):
            return average_heatmaps(heatmaps, finest, align_corners), tags
        tags = self._restore_tags(tags, finest, align_corners)
        return average_heatmaps(heatmaps, input_size, align_corners), tags

    @staticmethod
    def _restore_tags(tags: Tensor, finest: Tuple[int, int], align_corners: bool) -> Tensor:
        """Bring tags to the finest heatmap, as the released codes do on the way to the input.

        The codec does the rest of the way where a candidate is.
        """
        return resize(tags, finest, align_corners)
