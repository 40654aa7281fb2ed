"""The detector of CenterGroup: AE's, with the center of each instance as one keypoint more."""

from typing import List, Optional, Tuple

from mmpose.utils.typing import Features, OptConfigType
from torch import Tensor

from mmpose_ae.registry import MODELS

from .ae_head import AEHead


@MODELS.register_module()
class CenterAEHead(AEHead):
    """Predict heatmaps and tags of keypoints and centers; group the keypoints by their tags.

    It is what CenterGroup starts from. Its losses are AEHead's, centers included; in testing
    the maps of the center are left out.

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder. The
            attribute of this name counts the center.
        decoder (dict, optional): The codec, a :class:`CenterGroupCodec`.
        **kwargs: As in :class:`AEHead`.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 5.2.
    """

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        if num_keypoints is None:
            num_keypoints = self._count_keypoints(decoder)
        super().__init__(
            in_channels=in_channels, num_keypoints=num_keypoints + 1, decoder=decoder, **kwargs
        )

    def _merge_views(
        self, feats: Features, metainfo: dict, input_size: Tuple[int, int], test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Heatmaps (B, K, H, W) and tags (B, views * L * K, h, w), without the center."""
        heatmaps, tags = self._merge_with_centers(feats, metainfo, input_size, test_cfg)
        tags = tags.unflatten(1, (-1, self.num_keypoints))[:, :, :-1].flatten(1, 2)
        return heatmaps[:, :-1], tags

    def _merge_with_centers(
        self, feats: Features, metainfo: dict, input_size: Tuple[int, int], test_cfg: dict
    ) -> Tuple[Tensor, Tensor]:
        """Heatmaps (B, K + 1, H, W) and tags (B, views * L * (K + 1), h, w)."""
        if test_cfg.get('flip_test', False):
            metainfo = dict(metainfo, flip_indices=self._flip_indices(metainfo))
        return super()._merge_views(feats, metainfo, input_size, test_cfg)

    def _flip_indices(self, metainfo: dict) -> List[int]:
        """Of the keypoints and the center, which mirrors to itself."""
        return [*metainfo['flip_indices'], self.num_keypoints - 1]
