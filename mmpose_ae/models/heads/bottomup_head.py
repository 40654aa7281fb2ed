"""What heads of this package share that predict by layers of their own: losses and views."""

from typing import Dict, List, Optional, Sequence, Tuple, Union

import torch
from mmpose.models.heads import HeatmapHead
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor, nn

from mmpose_ae.codecs import BottomupCodec, Maps
from mmpose_ae.frame import Size
from mmpose_ae.models.modules import ExactConv2d, UpsampleModule
from mmpose_ae.registry import MODELS

from .codec_head import CodecHead, Predictions
from .inputs import Inputs, describe_inputs
from .outputs import BottomupOutputs, Predicted, Proposed
from .scale_pairs import check_scale_pair
from .supervision import Supervision
from .views import (
    View,
    ViewOptions,
    average_heatmaps,
    flip_outputs,
    list_views,
    merge_resolutions,
)

OptIntSeq = Optional[Sequence[int]]


class BottomupHead(CodecHead, HeatmapHead):
    """Predict heatmaps and other maps; make targets where the maps are; merge views.

    One resolution by default: optional deconvolutions, then a 1x1 convolution, as for HRNet,
    ResNet or MobileNet. ``upsample`` adds HigherHRNet's finer resolutions. For a backbone that
    predicts the maps itself (HourglassAE) give ``final_layer=None`` and the number of stacks.

    Targets are made here, from the keypoints in ``gt_instances`` and by the decoder, so pipelines
    need no ``GenerateTarget`` and a config names its codec once.

    Args:
        in_channels (int): Channels of the feature map, or of the prediction where
            ``final_layer`` is None.
        num_keypoints (int, optional): K, without a center. None takes it from the decoder's
            metainfo or keypoint order.
        channels (dict): How many maps the last layer predicts besides heatmaps, by their name.
        num_stacks (int): How many of the backbone's last maps are predictions to supervise.
        deconv_out_channels (sequence, optional): Channels of the deconvolutions; None for none.
        deconv_kernel_sizes (sequence, optional): Their kernel sizes.
        final_layer (dict, optional): Settings of the last convolution, which is computed in float32
            under autocast, too; None for no layer.
        further_channels (int): How many channels behind the maps a prediction without final layer
            has, as pose-ae-train's release, which does not read its 34. Otherwise more channels
            than the maps need are an error.
        upsample (dict, optional): Arguments of :class:`UpsampleModule`, and ``num_modules``
            (default 1): each doubles the resolution and predicts heatmaps once more. Other maps are
            predicted at the coarsest resolution; ``with_tags=False`` hands only the heatmaps on to
            the next one, not the other maps.
        keypoint_loss (dict): Loss of heatmaps, called with prediction, target and mask.
        heatmap_scale (dict, optional): What gives the loss of heatmaps also ``scale``, the scale of
            every cell: a :class:`HeatmapScale`; see :func:`check_scale_pair`.
        decoder (dict, optional): The codec.
        init_cfg (dict, optional): Initialization; the default is a normal distribution.
    """

    fixed_options = ('channels',)
    types_name = 'keypoints'  # what heatmaps are of, for messages

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int],
        channels: Dict[str, int],
        num_stacks: int = 1,
        deconv_out_channels: OptIntSeq = None,
        deconv_kernel_sizes: OptIntSeq = None,
        final_layer: OptConfigType = dict(kernel_size=1),  # noqa: B006  (never changed)
        further_channels: int = 0,
        upsample: OptConfigType = None,
        keypoint_loss: ConfigType = dict(type='mmpose.KeypointMSELoss'),  # noqa: B006
        heatmap_scale: OptConfigType = None,
        decoder: Union[None, dict, BottomupCodec] = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        heatmaps = num_keypoints + self.predicts_centers
        channels = dict(heatmaps=heatmaps, **channels)
        super().__init__(
            in_channels=in_channels,
            out_channels=sum(channels.values()),
            deconv_out_channels=deconv_out_channels,
            deconv_kernel_sizes=deconv_kernel_sizes,
            final_layer=None if final_layer is None else dict(type=ExactConv2d) | final_layer,
            loss=keypoint_loss,
            init_cfg=init_cfg,
        )
        predicted = self.out_channels + further_channels
        if final_layer is None and in_channels != predicted:
            raise ValueError(
                f'without a final layer the {in_channels} input channels are the prediction, but '
                f'{num_keypoints} {self.types_name} need {self.out_channels}: {channels}, and '
                f'further_channels={further_channels}: in_channels, and what the backbone gives, '
                f'must be {predicted}, or if others are behind the maps, say how many'
            )
        self.decoder = decoder
        self.num_keypoints = num_keypoints
        self.channels = channels
        self.num_stacks = num_stacks
        width = deconv_out_channels[-1] if deconv_out_channels else in_channels
        self._build_upsampling(width, **(upsample or dict(num_modules=0)))
        widths = [] if final_layer is None else [width] * (1 + len(self.upsample_modules))
        self._build_scale(heatmap_scale, widths)

    def _build_upsampling(
        self, width: int, num_modules: int = 1, with_tags: bool = True, **kwargs
    ) -> None:
        self.upsample_modules, self.upsample_final_layers = nn.ModuleList(), nn.ModuleList()
        self.upsampled_channels = self.out_channels if with_tags else self.channels['heatmaps']
        predicted = self.upsampled_channels
        for _ in range(num_modules):
            self.upsample_modules.append(UpsampleModule(width + predicted, width, **kwargs))
            self.upsample_final_layers.append(ExactConv2d(width, self.channels['heatmaps'], 1))
            predicted = self.channels['heatmaps']

    def _build_scale(self, heatmap_scale: OptConfigType, widths: Sequence[int]) -> None:
        """Build what tells the loss of heatmaps a scale; heads with tags check it further."""
        scale = None if heatmap_scale is None else MODELS.build(heatmap_scale)
        check_scale_pair(scale, self.loss_module)
        if scale is not None:
            scale.add_layers(widths, self.channels['heatmaps'])
            if 'tags' not in self.channels:
                scale.check_tags(0)
        self.heatmap_scale = scale

    def forward(self, feats: Tuple[Tensor]) -> List[BottomupOutputs]:
        """Predict the dense maps.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone, (B, C, h, w) each.

        Returns:
            list[BottomupOutputs]: One per stack, the last one is the best.

        Raises:
            ValueError: If the backbone gives fewer maps than ``num_stacks``.
        """
        if len(feats) < self.num_stacks:
            raise ValueError(
                f'num_stacks of the head is {self.num_stacks}, but its backbone gives {len(feats)} '
                'maps (num_stacks of HourglassAE)'
            )
        return [self._forward_stack(x) for x in feats[-self.num_stacks :]]

    def _forward_stack(self, x: Tensor) -> BottomupOutputs:
        x = self.conv_layers(self.deconv_layers(x))
        prediction = self.final_layer(x)
        maps = prediction[:, : self.out_channels].split(list(self.channels.values()), dim=1)
        named = dict(zip(self.channels, maps))
        heatmaps, features = [named.pop('heatmaps')], [x]
        for module, final_layer in zip(self.upsample_modules, self.upsample_final_layers):
            x = module(torch.cat([x, prediction[:, : self.upsampled_channels]], dim=1))
            prediction = final_layer(x)
            heatmaps.append(prediction)
            features.append(x)
        outputs = self._name_outputs(heatmaps, **named)
        return outputs if self.heatmap_scale is None else outputs._replace(features=features)

    def _name_outputs(self, heatmaps: List[Tensor], **maps: Tensor) -> BottomupOutputs:
        """Put heatmaps and what the last layer predicts besides into outputs."""
        return BottomupOutputs(heatmaps, **maps)

    def loss(
        self, feats: Tuple[Tensor], batch_data_samples: SampleList, train_cfg: ConfigType = None
    ) -> dict:
        """Compute the losses: summed over resolutions, averaged over stacks.

        Args:
            feats (tuple[Tensor]): Feature maps of the backbone.
            batch_data_samples (list[PoseDataSample]): ``gt_instances`` with ``keypoints`` in pixels
                of the input, and ``gt_fields.heatmap_mask``.
            train_cfg (dict, optional): Not used.

        Returns:
            dict: The losses by name.
        """
        stacks = self.forward(feats)
        supervision = self._supervise(stacks[-1].heatmaps, batch_data_samples)
        losses = [self._stack_losses(stack, supervision) for stack in stacks]
        return {name: sum(loss[name] for loss in losses) / len(stacks) for name in losses[0]}

    def _stack_losses(self, outputs: BottomupOutputs, supervision: Supervision) -> dict:
        """Losses of one stack, summed over resolutions."""
        raise NotImplementedError

    def _heatmap_loss(self, outputs: BottomupOutputs, supervision: Supervision) -> Tensor:
        """Loss of the heatmaps of one stack, summed over resolutions."""
        levels = zip(outputs.heatmaps, supervision.targets.heatmaps, supervision.masks)
        if self.heatmap_scale is None:
            return sum(self.loss_module(h.float(), target, mask=mask) for h, target, mask in levels)
        scales = self.heatmap_scale(outputs, supervision)
        return sum(
            self.loss_module(h, target, scale=scale, mask=mask)
            for (h, target, mask), scale in zip(levels, scales)
        )

    def predict_maps(
        self, feats: Features, batch_data_samples: SampleList, options: ViewOptions
    ) -> Predicted:
        """Predict the maps of all views and merge them.

        Args:
            feats (tuple | list): As in :meth:`predict`.
            batch_data_samples (list[PoseDataSample]): As in :meth:`predict`.
            options (ViewOptions): What :meth:`read_test_cfg` gives.

        Returns:
            Predicted: Ready to be decoded by :meth:`decode_maps`.
        """
        return self.merge_maps(feats, describe_inputs(batch_data_samples), options)

    def merge_maps(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Predicted:
        """Predict as :meth:`predict_maps` without data samples."""
        views = list_views(feats, options)
        outputs = self._predict_views(views, inputs, options)
        finest = self.decoder.grid_of(outputs[0].heatmaps[0], inputs.size)
        maps = self._merge_views(views, outputs, inputs.size, options)
        return Predicted(maps, self.decoder.grid_of(maps.heatmaps, inputs.size), finest)

    def _find(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Tuple[Proposed, Maps]:
        predicted = self.merge_maps(feats, inputs, options)
        return self._propose(predicted), predicted.maps

    def _predict_views(
        self, views: List[View], inputs: Inputs, options: ViewOptions
    ) -> List[BottomupOutputs]:
        """Outputs of the last stack for each view, of one resolution, turned back."""
        predicted = []
        for view in views:
            outputs = self._forward_stack(view.features[-1])
            heatmaps = merge_resolutions(outputs.heatmaps, options.align_corners)
            outputs = outputs._replace(heatmaps=[heatmaps], features=None)
            if view.flipped:
                types = inputs.mirrored_types(self.predicts_centers)
                outputs = flip_outputs(outputs, types, options.shift_heatmap)
            predicted.append(outputs)
        return predicted

    def _merge_views(
        self,
        views: List[View],
        outputs: List[BottomupOutputs],
        input_size: Size,
        options: ViewOptions,
    ) -> Maps:
        """Merge the outputs of all views; the base implementation merges heatmaps alone."""
        return self._merge_heatmaps(outputs, outputs[0].heatmaps[0].shape[-2:], options)

    def _merge_heatmaps(
        self, outputs: List[BottomupOutputs], size: Sequence[int], options: ViewOptions
    ) -> Maps:
        """Average the heatmaps of all views at a size (H, W)."""
        merged = average_heatmaps([o.heatmaps[0] for o in outputs], size, options.align_corners)
        keypoints, centers = merged[:, : self.num_keypoints], merged[:, self.num_keypoints :]
        return Maps(keypoints, centers=centers if self.predicts_centers else None)

    def decode_maps(self, predicted: Predicted, options: ViewOptions) -> Predictions:
        """Decode merged maps; returns as :meth:`predict`."""
        return self._decode(self._propose(predicted), predicted.maps, options)

    def _propose(self, predicted: Predicted) -> Proposed:
        """Let the codec find what is to be grouped."""
        return Proposed(self.decoder.propose(predicted.maps), predicted.grid)
