"""The codec of Associative Embedding: keypoints to targets, heatmaps and tags to instances."""

from typing import Dict, Optional, Union

import torch
from torch import Tensor

from mmpose_ae.decoding import Completion, MeanScoring, TagDecoding
from mmpose_ae.grouping import DISTANCES
from mmpose_ae.options import check_choice, check_positive, read_options
from mmpose_ae.registry import KEYPOINT_CODECS, TASK_UTILS, build_own

from .bottomup_codec import BottomupCodec, Decoded, Stride, as_lists
from .candidate_search import TagCandidateSearch
from .maps import Maps, TagProposals
from .presets import TAG_OPTIONS, TARGET_OPTIONS, accept_presets


@KEYPOINT_CODECS.register_module()
@accept_presets({**TARGET_OPTIONS, **TAG_OPTIONS})
class AEDecoder(BottomupCodec):
    """Group keypoints by their tags (Newell et al. 2017, arXiv:1611.05424).

    Decoding has two halves: :meth:`propose` finds candidates on the device of the maps, in tensors
    of fixed size; :meth:`group` makes people of them on the host.

    ``preset`` takes over the settings of a release (:data:`mmpose_ae.codecs.presets.PRESETS`):
    ``'pose_ae_train'``, ``'higher_hrnet'`` or ``'coupled_embedding'``; other options given besides
    win. The old names of options (``decode_topk`` and the like) keep working.

    Args:
        tag_threshold (float): A candidate joins an instance below this tag distance.
        candidates (dict, optional): Options of :class:`TagCandidateSearch`.
        grouping (dict, optional): How candidates become instances: ``dict(type='GreedyGrouping')``
            and its options for the originals' rules, or another strategy of TASK_UTILS. None is
            ``dict(type='DensityGrouping')``.
        completion (dict | str, optional): Where to look for keypoints that grouping did not find:
            options of :class:`Completion`, or its rule alone. None looks nowhere.
        scoring (dict, optional): Options of :class:`MeanScoring`.
        view_distance (str, optional): What the tag distances of several views (mirrored input,
            scales) are together: ``'rms'``, the root of the mean of their squares, which does not
            grow with their number, or ``'euclidean'``, that of the sum, as in the releases. None is
            ``'rms'``, unless ``grouping`` itself takes the mean over all dimensions.
        **kwargs: Sizes, keypoints and targets as in :class:`BottomupCodec`.
    """

    def __init__(
        self,
        *args,
        tag_threshold: float = 1.0,
        candidates: Optional[dict] = None,
        grouping: Optional[dict] = None,
        completion: Union[None, str, dict] = 'nearest',
        scoring: Optional[dict] = None,
        view_distance: Optional[str] = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_positive('tag_threshold', tag_threshold)
        self.tag_threshold = tag_threshold
        self.candidates = read_options(TagCandidateSearch, self._part('candidates'), candidates)
        self.grouping = build_own(TASK_UTILS, grouping or dict(type='DensityGrouping'))
        rule = dict(rule=completion) if isinstance(completion, str) else completion
        self.completion = rule and read_options(Completion, self._part('completion'), rule)
        self.scoring = read_options(MeanScoring, self._part('scoring'), scoring)
        check_choice('view_distance', view_distance, (None, *DISTANCES))
        averaging = getattr(self.grouping, 'distance', None) == 'rms'
        self.view_distance = view_distance or ('euclidean' if averaging else 'rms')

    @property
    def decoding(self) -> TagDecoding:
        """The half of decoding that runs on the host."""
        return TagDecoding(
            self.tag_threshold,
            self.keypoint_order,
            self.refinement,
            self.grouping,
            self.completion,
            self.scoring,
            learned_score=self.learned_score,
        )

    def propose(self, maps: Maps) -> TagProposals:
        """Find the candidates of a batch.

        Args:
            maps (Maps): Heatmaps (B, K, H, W), in which values that are not finite count as 0, and
                tags (B, L * K, h, w).

        Returns:
            TagProposals: On the device of the maps.

        Raises:
            ValueError: If the maps do not belong together or K is not the codec's.
        """
        self._check_maps(maps.heatmaps, maps.tags)
        heatmaps = self.candidates.prepare(maps.heatmaps)
        found = self.candidates.find(heatmaps, maps.tags, self.refinement)
        return TagProposals(found, self.completion and Maps(heatmaps, maps.tags))

    def outputs(self, proposals: TagProposals) -> Dict[str, Tensor]:
        """Name what :class:`TagDecoding` reads.

        Args:
            proposals (TagProposals): Of a batch.

        Returns:
            dict: ``candidates`` (B, K, M, 3 + L): score, position (x, y) in heatmap cells, tag;
            where missing keypoints are looked for ``heatmaps`` (B, K, H, W) and ``tags``
            (B, L * K, h, w), too; float32.
        """
        scores, cells, tags = proposals.candidates
        named = dict(candidates=torch.cat([scores[..., None], cells, tags], dim=-1))
        if proposals.maps is not None:
            named.update(heatmaps=proposals.maps.heatmaps, tags=proposals.maps.tags.float())
        return named

    def batch_decode(
        self, batch_heatmaps: Tensor, batch_tags: Tensor, stride: Optional[Stride] = None
    ) -> Decoded:
        """Decode the network's maps of a batch, in MMPose's form.

        Args:
            batch_heatmaps (Tensor): Heatmaps, (B, K, H, W), any float type.
            batch_tags (Tensor): Tag maps, (B, L * K, h, w), as large as the heatmaps or coarser.
            stride (float | tuple, optional): Input pixels per heatmap cell, one number or
                (x, y). None is that of the configured finest heatmap.

        Returns:
            tuple: Lists over the batch, best instance first: keypoints (x, y) in pixels of the
            input image, (N, K, 2), keypoint scores, (N, K), and instance scores, (N,), float32.
        """
        proposals = self.propose(Maps(batch_heatmaps, batch_tags))
        return as_lists(self.group(proposals, self.grid_at(batch_heatmaps, stride)))

    def _check_maps(self, heatmaps: Tensor, tags: Tensor) -> None:
        if heatmaps.ndim != 4 or tags.ndim != 4 or heatmaps.shape[0] != tags.shape[0]:
            raise ValueError(
                'expected heatmaps (B, K, H, W) and tags (B, L * K, h, w), '
                f'got {tuple(heatmaps.shape)} and {tuple(tags.shape)}'
            )
        num_keypoints = heatmaps.shape[1]
        if self.num_keypoints not in (None, num_keypoints):
            raise ValueError(
                f'the codec expects {self.num_keypoints} keypoints, got {num_keypoints} heatmaps'
            )
        if tags.shape[1] == 0 or tags.shape[1] % num_keypoints:
            raise ValueError(
                f'the number of tag maps must be a multiple of {num_keypoints} keypoints, '
                f'got {tags.shape[1]}'
            )
