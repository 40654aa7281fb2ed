"""The offset baseline of CenterGroup's Table 1, in the style of CenterNet (Zhou et al. 2019)."""

from dataclasses import dataclass
from typing import List, Optional

import torch
from mmpose.utils.typing import ConfigType, OptConfigType

from mmpose_ae.codecs import CenterOffsetCodec, Maps
from mmpose_ae.codecs.center_offset_codec import offsets_in_pixels
from mmpose_ae.frame import Size
from mmpose_ae.models.heads import (
    BottomupHead,
    BottomupOutputs,
    Predicted,
    Proposed,
    Supervision,
    ViewOptions,
)
from mmpose_ae.models.heads.views import View
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import MODELS


@dataclass(frozen=True)
class OffsetViewOptions(ViewOptions):
    """Options of ``test_cfg`` of heads that group by offsets, which are those of the first scale.

    Attributes:
        restore_heatmap_size (bool): Decode at the size of the input instead of the finest
            heatmap's.
    """

    restore_heatmap_size: bool = False


@MODELS.register_module()
@refuse_unknown_options
class CenterOffsetHead(BottomupHead):
    """Predict heatmaps of keypoints and centers, and the offsets from centers to keypoints.

    The ``test_cfg`` of the estimator may hold the options of :class:`OffsetViewOptions`.

    Args:
        in_channels (int): As in :class:`BottomupHead`.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        offset_loss (dict): Loss of offsets, called with offset maps, keypoint indices and the
            true offsets.
        decoder (dict, optional): The codec, a :class:`CenterOffsetCodec`.
        **kwargs: As in :class:`BottomupHead`.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 6.2, baselines.
    """

    codec_classes = (CenterOffsetCodec,)
    predicts_centers = True
    test_options = OffsetViewOptions

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        offset_loss: ConfigType = dict(type='mmpose_ae.CenterOffsetLoss'),  # noqa: B006
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        codec, num_keypoints = self.build_decoder(decoder, num_keypoints)
        channels = dict(offsets=2 * (num_keypoints + 1))
        super().__init__(in_channels, num_keypoints, channels, decoder=codec, **kwargs)
        self.offset_loss = MODELS.build(offset_loss)

    def _stack_losses(self, outputs: BottomupOutputs, supervision: Supervision) -> dict:
        targets = supervision.targets
        grid = self.decoder.grid_of(outputs.offsets, supervision.input_size)
        offset_loss = self.offset_loss(
            outputs.offsets, targets.indices, self.decoder.center_offsets(targets, grid)
        )
        return dict(loss_kpt=self._heatmap_loss(outputs, supervision), loss_offset=offset_loss)

    def _merge_views(
        self,
        views: List[View],
        outputs: List[BottomupOutputs],
        input_size: Size,
        options: OffsetViewOptions,
    ) -> Maps:
        """Average heatmaps over all views, and offsets over those of the first scale."""
        base = [o.offsets for view, o in zip(views, outputs) if view.scale == 0]
        offsets = torch.stack(base, dim=1).mean(1)
        size = outputs[0].heatmaps[0].shape[-2:]
        if options.restore_heatmap_size:
            size = input_size[::-1]
        offsets = offsets_in_pixels(offsets, self.decoder.grid_of(offsets, input_size))
        return self._merge_heatmaps(outputs, size, options)._replace(offsets=offsets)

    def _propose(self, predicted: Predicted) -> Proposed:
        proposals = self.decoder.propose(predicted.maps, predicted.grid)
        return Proposed(proposals, predicted.grid)
