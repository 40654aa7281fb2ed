"""The detector of CenterGroup: AE's, with the center of each instance as one keypoint more."""

from mmpose_ae.models.heads import AEHead
from mmpose_ae.options import refuse_unknown_options
from mmpose_ae.registry import MODELS


@MODELS.register_module()
@refuse_unknown_options
class CenterAEHead(AEHead):
    """Predict heatmaps and tags of keypoints and centers; group the keypoints by their tags.

    It is what CenterGroup starts from. Its losses are AEHead's, centers included; in testing
    the maps of the center are left out.

    Args:
        in_channels (int): As in :class:`AEHead`.
        num_keypoints (int, optional): K, without the center. None takes it from the decoder.
        decoder (dict, optional): The codec, an :class:`AEDecoder`.
        **kwargs: As in :class:`AEHead`.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 5.2.
    """

    predicts_centers = True
