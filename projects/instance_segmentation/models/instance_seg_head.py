"""The head of instance segmentation: a detection map and tag maps for every category."""

from dataclasses import dataclass
from typing import List, Tuple

from mmengine.structures import InstanceData, PixelData
from mmpose.utils.typing import ConfigType, Features, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.frame import Grid
from mmpose_ae.models.heads import BottomupHead
from mmpose_ae.models.heads.outputs import BottomupOutputs
from mmpose_ae.models.heads.supervision import input_size_of
from mmpose_ae.models.heads.views import View, list_views
from mmpose_ae.options import check_count, refuse_unknown_options
from mmpose_ae.registry import MODELS, TASK_UTILS, build_own
from projects.instance_segmentation.decoding import MaskDecoder

from .mask_targets import MaskTargets, gather_masks


@dataclass(frozen=True)
class MaskViewOptions:
    """Options of ``test_cfg``. What several views find is merged mask by mask.

    Attributes:
        flip_test (bool): Look at the mirrored input, too.
        multiscale_test (bool): Look at all scales of an image pyramid.
        output_heatmaps (bool): Also return the maps of the first view.
    """

    flip_test: bool = False
    multiscale_test: bool = False
    output_heatmaps: bool = False


@MODELS.register_module()
@refuse_unknown_options
class InstanceSegHead(BottomupHead):
    """Predict where things are and which pixels belong together; train, test and decode it.

    A category is what a keypoint type is in poses: it has one map of detections and L maps of tags.

    Args:
        in_channels (int): As in :class:`BottomupHead`.
        num_categories (int): C.
        tag_dim (int): L, the size of a tag.
        detection_loss (dict): A :class:`DetectionLoss`.
        tag_loss (dict): A :class:`PixelGroupingLoss` or :class:`DiscriminativeLoss`.
        decoder (dict): A :class:`MaskDecoder`.
        **kwargs: As in :class:`BottomupHead`.

    Source: Associative Embedding (Newell et al. 2017, arXiv:1611.05424v1), Section 3.3.
    """

    fixed_options = ('channels', 'num_keypoints', 'keypoint_loss', 'heatmap_scale', 'upsample')
    types_name = 'categories'
    test_options = MaskViewOptions

    def __init__(
        self,
        in_channels: int,
        num_categories: int,
        tag_dim: int = 1,
        detection_loss: ConfigType = dict(type='mmpose_ae.DetectionLoss'),  # noqa: B006
        tag_loss: ConfigType = dict(type='mmpose_ae.PixelGroupingLoss'),  # noqa: B006
        decoder: ConfigType = dict(type='mmpose_ae.MaskDecoder'),  # noqa: B006  (never changed)
        **kwargs,
    ) -> None:
        check_count('num_categories', num_categories, 1)
        check_count('tag_dim', tag_dim, 1)
        channels = dict(tags=tag_dim * num_categories)
        super().__init__(
            in_channels, num_categories, channels, keypoint_loss=detection_loss, **kwargs
        )
        self.num_categories = num_categories
        self.tag_loss = MODELS.build(tag_loss)
        self.decoder: MaskDecoder = build_own(TASK_UTILS, decoder)

    def _supervise(self, heatmaps: List[Tensor], batch_data_samples: SampleList) -> MaskTargets:
        (maps,) = heatmaps
        return gather_masks(batch_data_samples, self.num_categories, maps.shape[-2:], maps.device)

    def _stack_losses(self, outputs: BottomupOutputs, supervision: MaskTargets) -> dict:
        (maps,) = outputs.heatmaps
        detection = self.loss_module(maps, supervision.detections, supervision.mask)
        tags = self.tag_loss(outputs.tags, supervision.instances, self.num_categories)
        return dict(loss_detection=detection, **tags)

    def predict(
        self, feats: Features, batch_data_samples: SampleList, test_cfg: OptConfigType = None
    ) -> tuple:
        """Predict the instances of a batch.

        Args:
            feats (tuple | list): See :func:`list_views`.
            batch_data_samples (list[PoseDataSample]): With ``frame`` in their metainfo.
            test_cfg (dict, optional): Options of :class:`MaskViewOptions`; others are refused.

        Returns:
            tuple: A list of InstanceData with ``masks``, run lengths of masks of the image,
            ``labels`` (N,) and ``scores`` (N,), best first; and None, or with ``output_heatmaps`` a
            list of PixelData with ``heatmaps`` (C, h, w) and ``tags`` (L * C, h, w).
        """
        options = self.read_test_cfg(test_cfg)
        input_size = input_size_of(batch_data_samples)
        views = [self._look(view) for view in list_views(feats, options)]
        grids = [Grid.over(tuple(maps.shape[:1:-1]), input_size) for maps, _ in views]
        found = []
        for i, sample in enumerate(batch_data_samples):
            seen = [
                self.decoder.find(detections[i], tags[i], grid, sample.metainfo['frame'])
                for (detections, tags), grid in zip(views, grids)
            ]
            masks = self.decoder.merge(seen)
            instances = InstanceData(masks=masks.rles, labels=masks.labels, scores=masks.scores)
            found.append(instances)
        return found, self._fields(*views[0]) if options.output_heatmaps else None

    def _look(self, view: View) -> Tuple[Tensor, Tensor]:
        """Detections (B, C, h, w) and tags (B, L, C, h, w) of a view, turned back."""
        outputs = self._forward_stack(view.features[-1])
        maps = self.loss_module.score(outputs.heatmaps[0]), outputs.tags
        detections, tags = (m.flip(-1) if view.flipped else m for m in maps)
        return detections, tags.unflatten(1, (-1, self.num_categories))

    @staticmethod
    def _fields(detections: Tensor, tags: Tensor) -> List[PixelData]:
        return [PixelData(heatmaps=d, tags=t.flatten(0, 1)) for d, t in zip(detections, tags)]
