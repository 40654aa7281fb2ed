"""What codecs share of methods that have a whole pose for every center."""

from typing import Dict, Optional

from torch import Tensor

from mmpose_ae.decoding import CenterDecoding, PoseSuppression
from mmpose_ae.options import read_options

from .bottomup_codec import BottomupCodec
from .candidate_search import PersonSearch
from .maps import GroupedCenters


class PersonCodec(BottomupCodec):
    """The network has the keypoints of each center: who is found twice is left out, no more.

    Args:
        candidates (dict, optional): Options of :class:`PersonSearch`.
        suppression (dict, optional): Options of :class:`PoseSuppression`. None leaves nobody out.
        **kwargs: Sizes, keypoints and targets as in :class:`BottomupCodec`.
    """

    encodes_centers = True

    def __init__(
        self,
        *args,
        candidates: Optional[dict] = None,
        suppression: Optional[dict] = dict(),  # noqa: B006, C408  (never changed)
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = read_options(PersonSearch, self._part('candidates'), candidates)
        self.suppression = None
        if suppression is not None:
            self.suppression = read_options(PoseSuppression, self._part('suppression'), suppression)

    @property
    def decoding(self) -> CenterDecoding:
        """The half of decoding that runs on the host."""
        return CenterDecoding(suppression=self.suppression, learned_score=self.learned_score)

    def outputs(self, proposals: GroupedCenters) -> Dict[str, Tensor]:
        """Score the centers of a batch, and name what :class:`CenterDecoding` reads.

        Args:
            proposals (GroupedCenters): The poses of all centers.

        Returns:
            dict: ``cells`` (B, C, K, 2); ``keypoint_scores`` (B, C, K), what the heatmaps show;
            ``instance_scores`` (B, C), their mean times the center's value, and times its
            probability where there is one; float32; ``center_mask`` (B, C).
        """
        scores = proposals.center_scores * proposals.heatmap_values.mean(-1)
        if proposals.probabilities is not None:
            scores = scores * proposals.probabilities
        return dict(
            cells=proposals.cells,
            keypoint_scores=proposals.heatmap_values,
            instance_scores=scores,
            center_mask=proposals.mask,
        )

    def decode(self, encoded: object) -> None:
        """Refuse: heatmaps alone do not say whose keypoints they show."""
        raise NotImplementedError(
            f'{type(self).__name__} decodes what its head has found: propose, then group'
        )
