"""The head of Coupled Embedding (Wang et al. 2022): tags that also tell the instance's scale."""

from typing import Optional, Sequence

from mmpose.utils.typing import ConfigType
from torch import Tensor

from mmpose_ae.models.heads import AEHead, BottomupOutputs, Supervision
from mmpose_ae.models.scale_adaptation.instance_scale import SOURCES
from mmpose_ae.options import check_choice, refuse_unknown_options
from mmpose_ae.registry import MODELS


@MODELS.register_module()
@refuse_unknown_options
class CoupledEmbeddingHead(AEHead):
    """Predict heatmaps and tags as AEHead does; train them coupled by the scale of instances.

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): As in :class:`AEHead`.
        tag_dim (int): Size of a tag, M in the paper: the number of levels of scale.
        scale_source (str): What widens the target heatmaps: ``'tags'``, the scale that they
            stand for (Eq. 5), or ``'boxes'``, the scale of the instance itself (Table 1).
        keypoint_loss (dict): Loss of heatmaps, called with prediction, target, scale and mask.
        tag_loss (dict): Loss of tags, called with tag maps, keypoint indices and instance
            scales; gives pull, push and scale.
        **kwargs: As in :class:`AEHead`. The released HigherHRNet has ``with_tags=False`` in
            ``upsample``.
    """

    fixed_options = (*AEHead.fixed_options, 'heatmap_scale', 'tags_over_time')

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        tag_dim: int = 8,
        scale_source: str = 'tags',
        keypoint_loss: ConfigType = dict(type='mmpose_ae.ScaleAdaptiveHeatmapLoss'),  # noqa: B006
        tag_loss: ConfigType = dict(type='mmpose_ae.CoupledEmbeddingLoss'),  # noqa: B006
        **kwargs,
    ) -> None:
        check_choice('scale_source', scale_source, SOURCES)
        super().__init__(
            in_channels,
            num_keypoints,
            tag_dim=tag_dim,
            keypoint_loss=keypoint_loss,
            heatmap_scale=dict(type='mmpose_ae.InstanceScale', source=scale_source),
            tag_loss=tag_loss,
            **kwargs,
        )

    def _stack_losses(self, outputs: BottomupOutputs, supervision: Supervision) -> dict:
        heatmaps = self._heatmap_loss(outputs, supervision)
        pull, push, scale = self.tag_loss(
            outputs.tags, supervision.targets.indices, supervision.scales
        )
        return dict(loss_kpt=heatmaps, loss_pull=pull, loss_push=push, loss_scale=scale)

    @staticmethod
    def _restore_tags(tags: Tensor, finest: Sequence[int], align_corners: bool) -> Tensor:
        """Leave all of the way to the codec: the release brings tags to the input at once."""
        return tags
