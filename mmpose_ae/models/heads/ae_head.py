"""The head of Associative Embedding, at one resolution or, as in HigherHRNet, at several."""

from dataclasses import dataclass
from typing import List, Optional, Sequence

from mmpose.utils.typing import ConfigType, OptConfigType, SampleList
from torch import Tensor

from mmpose_ae.codecs import AEDecoder, Maps
from mmpose_ae.frame import Size
from mmpose_ae.options import check_choice, check_count, refuse_unknown_options
from mmpose_ae.registry import MODELS

from .bottomup_head import BottomupHead
from .clips import ClipPeople, align_people, frames_of_clips
from .outputs import BottomupOutputs
from .supervision import Supervision
from .views import View, ViewOptions, concatenate_tags, resize


@dataclass(frozen=True)
class TagViewOptions(ViewOptions):
    """Options of ``test_cfg`` of heads that group by tags.

    Attributes:
        multiscale_tags (str): ``'first'`` uses the tags of the first scale, as the released codes
            do; ``'all'`` concatenates those of all scales, as in the paper's Section 3.3. What
            distances they have then is said by ``view_distance`` of the decoder.
        merge_at (str): Average the heatmaps of all scales, and decode, at the size of those of the
            ``'first'`` scale or of the ``'largest'``, as pose-ae-train does.
        restore_heatmap_size (bool): Decode at the size of the input instead of the finest
            heatmap's.
    """

    multiscale_tags: str = 'first'
    merge_at: str = 'first'
    restore_heatmap_size: bool = False

    def __post_init__(self) -> None:
        check_choice('multiscale_tags', self.multiscale_tags, ('first', 'all'))
        check_choice('merge_at', self.merge_at, ('first', 'largest'))


@MODELS.register_module()
@refuse_unknown_options
class AEHead(BottomupHead):
    """Predict heatmaps and tags; train, test and decode them.

    The ``test_cfg`` of the estimator may hold the options of :class:`TagViewOptions`.

    Args:
        in_channels (int): As in :class:`BottomupHead`.
        num_keypoints (int, optional): K. None takes it from the decoder.
        tag_dim (int): L, the size of a tag.
        tag_per_keypoint (bool): Predict L maps for each keypoint type, or L maps shared by all.
        tag_loss (dict): Loss of tags, called with tag maps and keypoint indices; gives pull
            and push.
        tags_over_time (bool): The tags of a person are to be equal in all frames of a video: train
            on clips, whose people are one set for the loss of tags, and track by the tags.
        decoder (dict, optional): The codec, an :class:`AEDecoder`.
        **kwargs: As in :class:`BottomupHead`.
    """

    codec_classes = (AEDecoder,)
    test_options = TagViewOptions

    def __init__(
        self,
        in_channels: int,
        num_keypoints: Optional[int] = None,
        tag_dim: int = 1,
        tag_per_keypoint: bool = True,
        tag_loss: ConfigType = dict(  # noqa: B006  (never changed)
            type='mmpose_ae.AssociativeEmbeddingLoss', loss_weight=1e-3
        ),
        tags_over_time: bool = False,
        decoder: OptConfigType = None,
        **kwargs,
    ) -> None:
        codec, num_keypoints = self.build_decoder(decoder, num_keypoints)
        check_count('tag_dim', tag_dim, 1)
        types = num_keypoints + self.predicts_centers if tag_per_keypoint else 1
        super().__init__(
            in_channels, num_keypoints, dict(tags=tag_dim * types), decoder=codec, **kwargs
        )
        self.tag_dim = tag_dim
        self.tag_per_keypoint = tag_per_keypoint
        self.tag_loss = MODELS.build(tag_loss)
        self.tags_over_time = tags_over_time
        if self.heatmap_scale is not None:
            self.heatmap_scale.check_tags(tag_dim)

    def _name_outputs(self, heatmaps: List[Tensor], tags: Tensor) -> BottomupOutputs:
        if not self.tag_per_keypoint:
            tags = tags.repeat_interleave(self.channels['heatmaps'], dim=1)
        return BottomupOutputs(heatmaps, tags)

    def _supervise(self, heatmaps: List[Tensor], batch_data_samples: SampleList) -> Supervision:
        """Make the targets; of clips also say who is who in their frames."""
        supervision = super()._supervise(heatmaps, batch_data_samples)
        if not self.tags_over_time:
            return supervision
        frames = frames_of_clips(batch_data_samples)
        indices = align_people(supervision.targets.indices, batch_data_samples, frames)
        return supervision._replace(clips=ClipPeople(indices, frames))

    def _stack_losses(self, outputs: BottomupOutputs, supervision: Supervision) -> dict:
        if self.tags_over_time:
            pull, push = self.tag_loss(outputs.tags, *supervision.clips)
        else:
            pull, push = self.tag_loss(outputs.tags, supervision.targets.indices)
        heatmaps = self._heatmap_loss(outputs, supervision)
        return dict(loss_kpt=heatmaps, loss_pull=pull, loss_push=push)

    def _merge_views(
        self,
        views: List[View],
        outputs: List[BottomupOutputs],
        input_size: Size,
        options: TagViewOptions,
    ) -> Maps:
        """Average heatmaps, concatenate tags."""
        tags = self._tags_of_keypoints(self._concatenate_tags(views, outputs, options))
        sizes = [o.heatmaps[0].shape[-2:] for o in outputs]
        finest = sizes[0] if options.merge_at == 'first' else max(sizes)
        if not options.restore_heatmap_size:
            return self._merge_heatmaps(outputs, finest, options)._replace(tags=tags)
        tags = self._restore_tags(tags, finest, options.align_corners)
        return self._merge_heatmaps(outputs, input_size[::-1], options)._replace(tags=tags)

    def _concatenate_tags(
        self, views: List[View], outputs: List[BottomupOutputs], options: TagViewOptions
    ) -> Tensor:
        """The tags of all types in the views that count, as vectors of more dimensions."""
        used = [
            o.tags
            for view, o in zip(views, outputs)
            if view.scale == 0 or options.multiscale_tags == 'all'
        ]
        return self.decoder.scale_views(concatenate_tags(used, options.align_corners), len(used))

    def _tags_of_keypoints(self, tags: Tensor) -> Tensor:
        """Tags (B, L * K, h, w) without those of centers."""
        if not self.predicts_centers:
            return tags
        types = tags.unflatten(1, (-1, self.channels['heatmaps']))
        return types[:, :, : self.num_keypoints].flatten(1, 2)

    @staticmethod
    def _restore_tags(tags: Tensor, finest: Sequence[int], align_corners: bool) -> Tensor:
        """Bring tags to the finest heatmap, as the released codes do on the way to the input.

        The codec does the rest of the way where a candidate is.
        """
        return resize(tags, finest, align_corners)
