"""The offset baseline of CenterGroup's Table 1, in the style of CenterNet (Zhou et al. 2019)."""

from typing import List, Tuple

from mmpose.utils.typing import ConfigType, Features, SampleList
from torch import Tensor

from mmpose_ae.registry import MODELS

from .center_ae_head import CenterAEHead
from .outputs import BottomupOutputs


@MODELS.register_module()
class CenterOffsetHead(CenterAEHead):
    """Predict heatmaps of keypoints and centers, and the offsets from centers to keypoints.

    The network is that of CenterAEHead with tags of two dimensions, which are the offsets (x, y).

    Args:
        in_channels (int): As in :class:`CenterAEHead`.
        offset_loss (dict): Loss of offsets, called with offset maps, keypoint indices and the
            true offsets.
        **kwargs: As in :class:`CenterAEHead`; the decoder is a :class:`CenterOffsetCodec`.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 6.2, baselines.
    """

    def __init__(
        self,
        in_channels: int,
        offset_loss: ConfigType = dict(type='mmpose_ae.CenterOffsetLoss'),  # noqa: B006
        **kwargs,
    ) -> None:
        super().__init__(in_channels, tag_dim=2, tag_loss=offset_loss, **kwargs)

    def _stack_losses(
        self,
        outputs: BottomupOutputs,
        targets: List[Tensor],
        masks: List[Tensor],
        batch_data_samples: SampleList,
    ) -> dict:
        labels = [d.gt_instance_labels for d in batch_data_samples]
        offset_loss = self.loss_module.tag_loss(
            outputs.tags,
            [label.keypoint_indices for label in labels],
            [label.center_offsets for label in labels],
        )
        return dict(loss_kpt=self._heatmap_loss(outputs, targets, masks), loss_offset=offset_loss)

    def _merge_views(
        self, feats: Features, metainfo: dict, input_size: Tuple[int, int], test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Heatmaps (B, K + 1, H, W) and offsets (B, 2 * (K + 1), h, w), averaged over flips."""
        if test_cfg.get('multiscale_tags', 'first') != 'first':
            raise ValueError("offsets are those of the first scale: multiscale_tags='first'")
        heatmaps, offsets = self._merge_with_centers(feats, metainfo, input_size, test_cfg)
        views = offsets.unflatten(1, (-1, 2, self.num_keypoints))  # (B, views, 2, K + 1, h, w)
        signs = offsets.new_ones(views.shape[1], 2, 1, 1, 1)
        signs[1:, 0] = -1  # what is right of a center is left of it in the mirrored image
        return heatmaps, (views * signs).mean(1).flatten(1, 2)
