"""The codec of CenterGroup (Braso et al. 2021, arXiv:2110.05132): keypoints and their center."""

from typing import Dict, Optional

import numpy as np
from torch import Tensor

from mmpose_ae.decoding import CenterDecoding
from mmpose_ae.frame import Grid, flat_index
from mmpose_ae.ops import bounded, refine_cells
from mmpose_ae.options import read_options
from mmpose_ae.registry import KEYPOINT_CODECS

from .bottomup_codec import BottomupCodec
from .candidate_search import CenterCandidateSearch
from .heatmap_targets import Targets
from .maps import CenterProposals, GroupedCenters, Maps
from .presets import CENTER_OPTIONS, TARGET_OPTIONS, accept_presets
from .scoring import CenterGroupScoring

OLD_OPTIONS = {
    **TARGET_OPTIONS,
    **CENTER_OPTIONS,
    'decode_candidate_thr': ('candidates', 'threshold'),
    'decode_min_candidates': ('candidates', 'min_candidates'),
    'decode_visible_thr': ('scoring', 'visible_threshold'),
    'decode_min_keypoints': ('scoring', 'min_keypoints'),
}


@KEYPOINT_CODECS.register_module()
@accept_presets(OLD_OPTIONS, presets=['center_group'])
class CenterGroupCodec(BottomupCodec):
    """Candidates for attention to group, and people of the candidates that it picks.

    :meth:`propose` gives candidates of keypoints and centers; :class:`CenterGroupHead` lets centers
    attend to keypoints; :meth:`pick` reads the heatmaps under the candidates with the most
    attention; :meth:`outputs` scores; :meth:`group` ranks on the host. ``preset='center_group'``
    takes over the settings of the release. The old names of options keep working.

    Args:
        candidates (dict, optional): Options of :class:`CenterCandidateSearch`.
        scoring (dict, optional): Options of :class:`CenterGroupScoring`.
        **kwargs: Sizes, keypoints and targets as in :class:`BottomupCodec`.
    """

    label_mapping_table = dict(
        BottomupCodec.label_mapping_table, keypoint_positions='keypoint_positions'
    )
    encodes_centers = True

    def __init__(
        self,
        *args,
        candidates: Optional[dict] = None,
        scoring: Optional[dict] = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = read_options(CenterCandidateSearch, self._part('candidates'), candidates)
        self.scoring = read_options(CenterGroupScoring, self._part('scoring'), scoring)

    def further_labels(self, targets: Targets, grid: Grid) -> Dict[str, np.ndarray]:
        """Also give the keypoints themselves.

        Returns:
            dict: ``keypoint_positions``: keypoints and center (x, y) in pixels of the input,
            (N, K + 1, 2), float32.
        """
        return dict(keypoint_positions=targets.keypoints[0].float().numpy())

    def decode(self, encoded: object) -> None:
        """Refuse: maps alone do not say which keypoints belong together."""
        raise NotImplementedError(
            'CenterGroup groups by attention: CenterGroupHead decodes with propose, pick and group'
        )

    @property
    def decoding(self) -> CenterDecoding:
        """The half of decoding that runs on the host."""
        return CenterDecoding(self.scoring.max_instances, learned_score=self.learned_score)

    def propose(self, maps: Maps, mask: Optional[Tensor] = None) -> CenterProposals:
        """Find what is to be grouped.

        Args:
            maps (Maps): Heatmaps (B, K, H, W) and centers (B, 1, H, W), any float type.
            mask (Tensor, optional): False where nothing is to be found, (B, H, W). None is nowhere.

        Returns:
            CenterProposals: On the device of the maps.
        """
        return self.candidates.find(maps.heatmaps, maps.centers, mask)

    def pick(
        self,
        heatmaps: Tensor,
        proposals: CenterProposals,
        members: Tensor,
        visibility: Optional[Tensor],
        probabilities: Optional[Tensor],
    ) -> GroupedCenters:
        """Give centers the candidates that were chosen for them.

        Args:
            heatmaps (Tensor): Those that were searched for candidates, (B, K, H, W).
            proposals (CenterProposals): What was found.
            members (Tensor): Which of the K * M candidates each center has for each keypoint type,
                (B, C, K), int64; a candidate may be of another type than it is chosen for.
            visibility (Tensor, optional): Probability of keypoints being visible, (B, C, K).
            probabilities (Tensor, optional): Of centers being those of instances, (B, C).

        Returns:
            GroupedCenters: Without centers where no keypoint was found.
        """
        keypoints, centers = proposals
        chosen = members.flatten(1)[..., None].expand(-1, -1, 2)
        cells = keypoints.cells.flatten(1, 2).gather(1, chosen)
        cells = cells.unflatten(1, members.shape[1:]).transpose(1, 2)  # (B, K, C, 2)
        shown = heatmaps.flatten(2).gather(2, flat_index(cells, heatmaps.shape[-1]))
        return GroupedCenters(
            refine_cells(heatmaps.float(), cells, self.refinement).transpose(1, 2),
            bounded(shown.transpose(1, 2)),
            visibility,
            probabilities,
            centers.scores[:, 0],
            centers.mask[:, 0] & keypoints.mask.flatten(1).any(1, keepdim=True),
        )

    def outputs(self, proposals: GroupedCenters) -> Dict[str, Tensor]:
        """Score the centers of a batch, and name what :class:`CenterDecoding` reads.

        Args:
            proposals (GroupedCenters): What :meth:`pick` gives.

        Returns:
            dict: ``cells`` (B, C, K, 2), ``keypoint_scores`` (B, C, K) and ``instance_scores``
            (B, C), float32, see :class:`CenterGroupScoring`; ``center_mask`` (B, C).
        """
        keypoint_scores, instance_scores = self.scoring.score(proposals)
        return dict(
            cells=proposals.cells,
            keypoint_scores=keypoint_scores,
            instance_scores=instance_scores,
            center_mask=proposals.mask,
        )
