"""What all heads of this package share: layers, targets, losses of heatmaps, and views."""

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import torch
from mmengine.structures import PixelData
from mmpose.models.heads import HeatmapHead
from mmpose.utils.typing import ConfigType, Features, InstanceList, OptConfigType, SampleList
from torch import Tensor, nn

from mmpose_ae.codecs import BottomupCodec, Maps
from mmpose_ae.frame import Size
from mmpose_ae.models.modules import UpsampleModule
from mmpose_ae.options import read_options
from mmpose_ae.registry import KEYPOINT_CODECS, MODELS

from .inputs import Inputs, describe_inputs
from .outputs import BottomupOutputs, Predicted, Proposed
from .predictions import to_instance_data, to_pixel_data
from .supervision import Supervision, gather_instances, input_size_of, supervision_masks
from .views import (
    View,
    ViewOptions,
    average_heatmaps,
    flip_outputs,
    list_views,
    merge_resolutions,
)

OptIntSeq = Optional[Sequence[int]]
Predictions = Union[InstanceList, Tuple[InstanceList, List[PixelData]]]


class BottomupHead(HeatmapHead):
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
        final_layer (dict, optional): Settings of the last convolution; None for no layer.
        further_channels (int): How many channels behind the maps a prediction without final layer
            has, as pose-ae-train's release, which does not read its 34. Otherwise more channels
            than the maps need are an error.
        upsample (dict, optional): Arguments of :class:`UpsampleModule`, and ``num_modules``
            (default 1): each doubles the resolution and predicts heatmaps once more. Other maps are
            predicted at the coarsest resolution; ``with_tags=False`` hands only the heatmaps on to
            the next one, not the other maps.
        keypoint_loss (dict): Loss of heatmaps, called with prediction, target and mask.
        heatmap_scale (dict, optional): What gives the loss of heatmaps also ``scale``, the scale of
            every cell: a :class:`HeatmapScale`.
        decoder (dict, optional): The codec.
        init_cfg (dict, optional): Initialization; the default is a normal distribution.
    """

    fixed_options = ('channels',)
    predicts_centers = False
    test_options = ViewOptions

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
            final_layer=final_layer,
            loss=keypoint_loss,
            init_cfg=init_cfg,
        )
        predicted = self.out_channels + further_channels
        if final_layer is None and in_channels != predicted:
            raise ValueError(
                f'without a final layer the {in_channels} input channels are the prediction, but '
                f'{num_keypoints} keypoints need {self.out_channels}: {channels}, and '
                f'further_channels={further_channels}; if others are behind the maps, say how many'
            )
        self.decoder = decoder
        self.num_keypoints = num_keypoints
        self.channels = channels
        self.num_stacks = num_stacks
        width = deconv_out_channels[-1] if deconv_out_channels else in_channels
        self._build_upsampling(width, **(upsample or dict(num_modules=0)))
        self.heatmap_scale = None
        if heatmap_scale is not None:
            self.heatmap_scale = MODELS.build(heatmap_scale)
            widths = [] if final_layer is None else [width] * (1 + len(self.upsample_modules))
            self.heatmap_scale.add_layers(widths, heatmaps)

    @staticmethod
    def build_decoder(
        decoder: OptConfigType, num_keypoints: Optional[int]
    ) -> Tuple[Optional[BottomupCodec], int]:
        """Build the codec and settle the number of keypoints, K.

        Raises:
            ValueError: If nothing tells K, or head and codec differ about it.
        """
        codec = None if decoder is None else KEYPOINT_CODECS.build(decoder)
        known = None if codec is None else codec.num_keypoints
        if num_keypoints is None and known is None:
            raise ValueError('give num_keypoints, or a decoder with the metainfo of the dataset')
        if None not in (num_keypoints, known) and num_keypoints != known:
            raise ValueError(
                f'the head has num_keypoints={num_keypoints}, but its decoder is for {known}'
            )
        return codec, known if num_keypoints is None else num_keypoints

    def _build_upsampling(
        self, width: int, num_modules: int = 1, with_tags: bool = True, **kwargs
    ) -> None:
        self.upsample_modules, self.upsample_final_layers = nn.ModuleList(), nn.ModuleList()
        self.upsampled_channels = self.out_channels if with_tags else self.channels['heatmaps']
        predicted = self.upsampled_channels
        for _ in range(num_modules):
            self.upsample_modules.append(UpsampleModule(width + predicted, width, **kwargs))
            self.upsample_final_layers.append(nn.Conv2d(width, self.channels['heatmaps'], 1))
            predicted = self.channels['heatmaps']

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

    def _supervise(self, heatmaps: List[Tensor], batch_data_samples: SampleList) -> Supervision:
        """Make the targets for heatmaps of these sizes."""
        if self.decoder is None:
            raise ValueError(f'{type(self).__name__} makes its targets: give it a decoder')
        device, input_size = heatmaps[0].device, input_size_of(batch_data_samples)
        grids = [self.decoder.grid_of(level, input_size) for level in heatmaps]
        people = gather_instances(batch_data_samples, self.num_keypoints, device)
        targets = self.decoder.targets(
            people.keypoints, people.visible, grids, centers=self.predicts_centers
        )
        sizes = [level.shape[-2:] for level in heatmaps]
        masks = supervision_masks(batch_data_samples, sizes, device)
        return Supervision(targets, masks, people.sides, input_size)

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

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> Predictions:
        """Predict instances, with the test-time augmentation of ``test_cfg``.

        Args:
            feats (tuple | list): See :func:`list_views`.
            batch_data_samples (list[PoseDataSample]): With ``flip_indices`` and
                ``batch_input_shape`` or ``img_shape`` in their metainfo.
            test_cfg (dict, optional): See the class; unknown options are refused.

        Returns:
            list[InstanceData]: See :func:`to_instance_data`. With ``output_heatmaps`` a tuple of
            that and a list of PixelData with the merged maps.
        """
        options = self.read_test_cfg(test_cfg)
        return self.decode_maps(self.predict_maps(feats, batch_data_samples, options), options)

    def read_test_cfg(self, test_cfg: OptConfigType) -> ViewOptions:
        """Check the options of testing.

        Raises:
            TypeError: If one is unknown; lists those that are known.
        """
        return read_options(self.test_options, f'test_cfg of {type(self).__name__}', test_cfg)

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

    def propose(self, feats: Features, inputs: Inputs, options: ViewOptions) -> Proposed:
        """Go as far as the device goes: all of prediction before the host groups.

        Args:
            feats (tuple | list): As in :meth:`predict`.
            inputs (Inputs): Of the batch.
            options (ViewOptions): What :meth:`read_test_cfg` gives.

        Returns:
            Proposed: Tensors of fixed size for the codec's ``group``, and the cells that it is
            to be given.
        """
        predicted = self.merge_maps(feats, inputs, options)
        return Proposed(self._propose(predicted), predicted.grid)

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
                types = self._flip_indices(inputs)
                outputs = flip_outputs(outputs, types, options.shift_heatmap)
            predicted.append(outputs)
        return predicted

    def _flip_indices(self, inputs: Inputs) -> List[int]:
        """The mirrored type of each heatmap; a center mirrors to itself."""
        return [*inputs.flip_indices, *range(self.num_keypoints, self.channels['heatmaps'])]

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
        poses = self.decoder.group(self._propose(predicted), predicted.grid)
        instances = [to_instance_data(image) for image in poses]
        if not options.output_heatmaps:
            return instances
        return instances, to_pixel_data(predicted.maps)

    def _propose(self, predicted: Predicted) -> NamedTuple:
        """Let the codec find what is to be grouped."""
        return self.decoder.propose(predicted.maps)
