"""The offset baseline of CenterGroup's Table 1, in the style of CenterNet (Zhou et al. 2019)."""

from typing import List, Optional, Tuple

from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.registry import MODELS

from .ae_head import AEHead
from .outputs import BottomupOutputs


@MODELS.register_module()
class CenterOffsetHead(AEHead):
    """Predict heatmaps of keypoints and centers, and the offsets from centers to keypoints.

    The network is that of AEHead with one keypoint more, the center, and with tags of two
    dimensions that are the offsets (x, y).

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        offset_loss (dict): Loss of offsets, called with offset maps, keypoint indices and the
            true offsets.
        decoder (dict, optional): The codec, a :class:`CenterOffsetCodec`.
        **kwargs: As in :class:`AEHead`.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 6.2, baselines.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        offset_loss: ConfigType = dict(type='mmpose_ae.CenterOffsetLoss'),  # noqa: B006
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        if num_keypoints is None:
            num_keypoints = self._count_keypoints(decoder)
        super().__init__(
            in_channels=in_channels,
            num_keypoints=num_keypoints + 1,
            tag_dim=2,
            tag_loss=offset_loss,
            decoder=decoder,
            **kwargs,
        )

    def _stack_losses(
        self,
        outputs: BottomupOutputs,
        targets: List[Tensor],
        masks: List[Tensor],
        batch_data_samples: SampleList,
    ) -> dict:
        heatmap_losses = (
            self.loss_module.keypoint_loss(heatmaps.float(), target, mask=mask)
            for heatmaps, target, mask in zip(outputs.heatmaps, targets, masks)
        )
        labels = [d.gt_instance_labels for d in batch_data_samples]
        offset_loss = self.loss_module.tag_loss(
            outputs.tags,
            [label.keypoint_indices for label in labels],
            [label.center_offsets for label in labels],
        )
        return dict(loss_kpt=sum(heatmap_losses), loss_offset=offset_loss)

    def _merge_views(
        self, feats: Features, metainfo: dict, input_size: Tuple[int, int], test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Heatmaps (B, K + 1, H, W) and offsets (B, 2 * (K + 1), h, w), averaged over flips."""
        if test_cfg.get('multiscale_tags', 'first') != 'first':
            raise ValueError("offsets are those of the first scale: multiscale_tags='first'")
        if test_cfg.get('flip_test', False):
            center = self.num_keypoints - 1
            metainfo = dict(metainfo, flip_indices=[*metainfo['flip_indices'], center])
        heatmaps, offsets = super()._merge_views(feats, metainfo, input_size, test_cfg)
        views = offsets.unflatten(1, (-1, 2, self.num_keypoints))  # (B, views, 2, K + 1, h, w)
        signs = offsets.new_ones(views.shape[1], 2, 1, 1, 1)
        signs[1:, 0] = -1  # what is right of a center is left of it in the mirrored image
        return heatmaps, (views * signs).mean(1).flatten(1, 2)
