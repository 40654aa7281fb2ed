"""The codec of recurrent association: every instance has heatmaps of its own."""

from typing import Dict, List, NamedTuple, Optional, Union

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.codecs import BottomupCodec, Maps, Targets
from mmpose_ae.codecs.bottomup_codec import to_host
from mmpose_ae.codecs.presets import TAG_OPTIONS, TARGET_OPTIONS, accept_presets
from mmpose_ae.decoding import Completion, MeanScoring
from mmpose_ae.decoding.completion import completed_poses
from mmpose_ae.frame import Grid, unflatten_index
from mmpose_ae.grouping import Instances, Poses, rank_poses
from mmpose_ae.ops import finite_or_zero, refine_cells, sample_tags
from mmpose_ae.options import check_number, check_positive, read_options
from mmpose_ae.registry import KEYPOINT_CODECS

OLD_OPTIONS = {
    **TARGET_OPTIONS,
    **{name: place for name, place in TAG_OPTIONS.items() if place[0] != 'candidates'},
    'decode_discard_thr': ('discard_threshold',),
}


class StepProposals(NamedTuple):
    """The steps of a batch as instances: tensors of fixed size.

    Attributes:
        cells (Tensor): Refined positions (x, y) in heatmap cells, (B, P, K, 2), float32.
        scores (Tensor): Keypoint scores, (B, P, K); 0 where discarded.
        instance_scores (Tensor): (B, P).
        kept (Tensor): Steps that are instances with a keypoint, (B, P), bool.
    """

    cells: Tensor
    scores: Tensor
    instance_scores: Tensor
    kept: Tensor


@KEYPOINT_CODECS.register_module()
@accept_presets(OLD_OPTIONS)
class RecurrentAssociationCodec(BottomupCodec):
    """Decode heatmaps of single instances.

    Targets and predictions live on the coarsest heatmap, where features and tags are.

    Args:
        tag_threshold (float): As in :class:`mmpose_ae.codecs.AEDecoder`, where discarded keypoints
            are looked for.
        discard_threshold (float): Tau; keypoints whose heatmap stays below have score 0 and lie
            at the mean of the others. An instance without any is left out.
        completion (dict | str, optional): How they are looked for if the head is asked to
            (``refine_missing``), as in :class:`mmpose_ae.codecs.AEDecoder`.
        scoring (dict, optional): Options of :class:`MeanScoring`.
        **kwargs: Sizes, keypoints and targets as in :class:`BottomupCodec`.
    """

    label_mapping_table = dict(BottomupCodec.label_mapping_table, keypoint_cells='keypoint_cells')

    def __init__(
        self,
        *args,
        tag_threshold: float = 1.0,
        discard_threshold: float = 0.015,
        completion: Union[None, str, dict] = 'nearest',
        scoring: Optional[dict] = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_positive('tag_threshold', tag_threshold)
        check_number('discard_threshold', discard_threshold)
        self.tag_threshold = tag_threshold
        self.discard_threshold = discard_threshold
        rule = dict(rule=completion) if isinstance(completion, str) else completion
        self.completion = rule and read_options(Completion, self._part('completion'), rule)
        self.scoring = read_options(MeanScoring, self._part('scoring'), scoring)

    def further_labels(self, targets: Targets, grid: Grid) -> Dict[str, np.ndarray]:
        """Also give where the keypoints lie.

        Returns:
            dict: ``keypoint_cells``: keypoints (x, y) in cells of the coarsest heatmap, (N, K, 2),
            float32.
        """
        return dict(keypoint_cells=grid.to_cells(targets.keypoints[0]).float().numpy())

    def decode(self, encoded: object) -> None:
        """Refuse: instances are found by steps of the head, not in one set of maps."""
        raise NotImplementedError(
            'recurrent association decodes steps: RecurrentAssociationHead calls propose and group'
        )

    def propose(self, heatmaps: Tensor, probabilities: Tensor, accepted: Tensor) -> StepProposals:
        """Read the keypoints of the steps of a batch.

        Args:
            heatmaps (Tensor): (B, P, K, h, w), float32.
            probabilities (Tensor): Of being an instance, (B, P).
            accepted (Tensor): Which are instances, (B, P), bool.

        Returns:
            StepProposals: The score of an instance is its probability times the mean of the
            keypoint scores over all K.
        """
        values, index = heatmaps.flatten(3).max(3)  # (B, P, K)
        cells = unflatten_index(index, heatmaps.shape[-1])
        refined = refine_cells(heatmaps, cells[..., None, :], self.refinement)[..., 0, :]
        scores = values * (values >= self.discard_threshold)
        kept = accepted & (scores > 0).any(2)
        return StepProposals(refined, scores, probabilities * scores.mean(2), kept)

    def group(
        self,
        proposals: StepProposals,
        grid: Optional[Grid] = None,
        detected: Optional[Maps] = None,
        detected_grid: Optional[Grid] = None,
    ) -> List[Poses]:
        """Turn the steps of a batch into people.

        Args:
            proposals (StepProposals): What :meth:`propose` gives.
            grid (Grid, optional): Cells of the steps' heatmaps. None are those of the configured
                coarsest.
            detected (Maps, optional): Heatmaps (B, K, H, W) of all instances and tags: discarded
                keypoints are looked for there, and people have tags.
            detected_grid (Grid, optional): Cells of these heatmaps.

        Returns:
            list[Poses]: Of each image, in pixels of the input. Keypoints that were looked for do
            not count in the scores of instances.
        """
        grid = grid or self.grid(0)
        arrays = (values.detach().cpu().numpy() for values in proposals)
        cells, scores, instance_scores, kept = arrays
        people = []
        for image, mask in enumerate(kept):
            points = _center_discarded(cells[image, mask], scores[image, mask])
            found = Poses(grid.to_pixels(points), scores[image, mask], instance_scores[image, mask])
            people.append(rank_poses(found, self.scoring.max_instances))
        if detected is not None:
            people = self._search(people, detected, detected_grid)
        return people if self.learned_score is None else list(map(self.learned_score.rank, people))

    def _search(self, people: List[Poses], maps: Maps, grid: Grid) -> List[Poses]:
        """Look for discarded keypoints where heatmaps of all instances are high and tags alike."""
        heatmaps, tags = finite_or_zero(maps.heatmaps), maps.tags.float()
        arrays = to_host(dict(heatmaps=heatmaps, tags=tags))
        found = []
        for poses, own, *image in zip(people, tags, arrays['heatmaps'], arrays['tags']):
            cells = grid.to_cells(poses.keypoints).astype(np.float32)
            own = _mean_tags(own, cells, poses.keypoint_scores > 0, grid)
            before = after = Instances(cells, poses.keypoint_scores, own)
            if self.completion:
                after = self.completion.complete(
                    before, *image, self.tag_threshold, self.refinement
                )
            found.append(completed_poses(before, after, poses.instance_scores, grid))
        return found


def _center_discarded(cells: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Points (N, K, 2) of keypoints, the mean of the others where one was discarded."""
    found = scores[..., None] > 0
    center = (cells * found).sum(1, keepdims=True) / found.sum(1, keepdims=True)
    return np.where(found, cells, center).astype(np.float32)


def _mean_tags(tags: Tensor, cells: np.ndarray, found: np.ndarray, grid: Grid) -> np.ndarray:
    """Mean of the tags (L * K, h, w) under cells (N, K, 2) of a grid, (N, L), float32."""
    width, height = grid.size
    places = torch.from_numpy(cells).round().long()
    places = places.clamp(torch.zeros(2).long(), torch.tensor([width - 1, height - 1]))
    places = places.transpose(0, 1)[None].to(tags.device)
    read = sample_tags(tags[None].float(), places, (width, height))[0]  # (K, N, L)
    counted = torch.from_numpy(found).T[..., None].to(read)
    return ((read * counted).sum(0) / counted.sum(0)).cpu().numpy()
