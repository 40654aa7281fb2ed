"""Part of a codec: which peaks of the heatmaps are candidates."""

from dataclasses import dataclass
from typing import Optional

from torch import Tensor

from mmpose_ae.grouping import Candidates
from mmpose_ae.ops import (
    MaskedCandidates,
    find_candidates,
    find_masked_candidates,
    finite_or_zero,
    refine_cells,
)
from mmpose_ae.options import check_count, check_number, check_odd

from .maps import CenterProposals


@dataclass(frozen=True)
class TagCandidateSearch:
    """The highest peaks of each heatmap and the tags under them.

    Attributes:
        kernel_size (int): Side of the peak window in heatmap cells, odd.
        threshold (float): Candidates score more than this.
        max_candidates (int): Most candidates per keypoint type.
        plateaus (bool): Make every cell of a flat peak a candidate, as the released codes do,
            instead of one.
        max_score (float, optional): Heatmap values above count as this, 1 in pose-ae-train. None is
            no limit.
    """

    kernel_size: int = 5
    threshold: float = 0.1
    max_candidates: int = 100
    plateaus: bool = False
    max_score: Optional[float] = None

    def __post_init__(self) -> None:
        check_odd('kernel_size', self.kernel_size)
        check_number('threshold', self.threshold)
        check_count('max_candidates', self.max_candidates, 1)
        if self.max_score is not None:
            check_number('max_score', self.max_score)

    def prepare(self, heatmaps: Tensor) -> Tensor:
        """Heatmaps as they are searched: finite, float32, and not above the limit."""
        heatmaps = finite_or_zero(heatmaps)
        return heatmaps if self.max_score is None else heatmaps.clamp(max=self.max_score)

    def find(self, heatmaps: Tensor, tags: Tensor, refinement: Optional[str]) -> Candidates:
        """Search prepared heatmaps (B, K, H, W) and tags (B, L * K, h, w) for candidates.

        Args:
            heatmaps (Tensor): What :meth:`prepare` gives.
            tags (Tensor): Tag maps.
            refinement (str, optional): See :func:`mmpose_ae.ops.refine_cells`.

        Returns:
            Candidates: With refined cells; what does not pass the threshold has score 0.
        """
        found = find_candidates(
            heatmaps, tags, self.kernel_size, self.max_candidates, self.plateaus
        )
        scores = found.scores * (found.scores > self.threshold)
        return Candidates(scores, refine_cells(heatmaps, found.cells, refinement), found.tags)


@dataclass(frozen=True)
class CenterCandidateSearch:
    """Peaks that are high or among the best few, of keypoints and of centers (CenterGroup).

    Attributes:
        kernel_size (int): Side of the peak window of keypoints in cells of the map that candidates
            are searched on, odd.
        center_kernel_size (int): The same of centers.
        threshold (float): Candidates and centers score at least this, or
        min_candidates (int): are among so many best ones of their type. The paper has 0.01 and 5.
        max_candidates (int): Most candidates per keypoint type, and most centers: further
            instances are lost.
    """

    kernel_size: int = 5
    center_kernel_size: int = 17
    threshold: float = 0.005
    min_candidates: int = 3
    max_candidates: int = 30

    def __post_init__(self) -> None:
        check_odd('kernel_size', self.kernel_size)
        check_odd('center_kernel_size', self.center_kernel_size)
        check_number('threshold', self.threshold)
        check_count('max_candidates', self.max_candidates, 1)
        check_count('min_candidates', self.min_candidates)

    def find(
        self, heatmaps: Tensor, centers: Tensor, mask: Optional[Tensor] = None
    ) -> CenterProposals:
        """Search heatmaps (B, K, H, W) and those of centers (B, 1, H, W).

        Args:
            heatmaps (Tensor): Of keypoints, any float type.
            centers (Tensor): Of centers.
            mask (Tensor, optional): False where nothing is to be found, (B, H, W). None is nowhere.

        Returns:
            CenterProposals: On the device of the heatmaps.
        """
        options = dict(
            max_candidates=self.max_candidates,
            min_score=self.threshold,
            min_candidates=self.min_candidates,
            mask=mask,
        )
        return CenterProposals(
            find_masked_candidates(heatmaps, self.kernel_size, **options),
            find_masked_candidates(centers, self.center_kernel_size, **options),
        )


@dataclass(frozen=True)
class OffsetCandidateSearch:
    """High peaks of keypoints and of centers, for grouping by offsets.

    Attributes:
        kernel_size (int): Side of the peak window of keypoints in heatmap cells, odd.
        center_kernel_size (int): The same of centers.
        threshold (float): Keypoints score at least this.
        center_threshold (float): Centers score at least this.
        max_candidates (int): Most candidates per keypoint type, and most centers: further
            instances are lost.
    """

    kernel_size: int = 5
    center_kernel_size: int = 17
    threshold: float = 0.1
    center_threshold: float = 0.005
    max_candidates: int = 30

    def __post_init__(self) -> None:
        check_odd('kernel_size', self.kernel_size)
        check_odd('center_kernel_size', self.center_kernel_size)
        check_number('threshold', self.threshold)
        check_number('center_threshold', self.center_threshold)
        check_count('max_candidates', self.max_candidates, 1)

    def find_keypoints(self, heatmaps: Tensor) -> MaskedCandidates:
        """Search heatmaps of keypoints, (B, K, H, W)."""
        return self._find(heatmaps, self.kernel_size, self.threshold)

    def find_centers(self, centers: Tensor) -> MaskedCandidates:
        """Search heatmaps of centers, (B, 1, H, W)."""
        return self._find(centers, self.center_kernel_size, self.center_threshold)

    def _find(self, heatmaps: Tensor, kernel_size: int, threshold: float) -> MaskedCandidates:
        return find_masked_candidates(
            heatmaps, kernel_size, self.max_candidates, threshold, min_candidates=0
        )


@dataclass(frozen=True)
class PersonSearch:
    """High peaks of centers, of methods that have a whole pose for each.

    Attributes:
        kernel_size (int): Side of the peak window in cells, odd.
        threshold (float): Centers score at least this.
        max_candidates (int): Most centers: further instances are lost.
    """

    kernel_size: int = 3
    threshold: float = 0.01
    max_candidates: int = 30

    def __post_init__(self) -> None:
        check_odd('kernel_size', self.kernel_size)
        check_number('threshold', self.threshold)
        check_count('max_candidates', self.max_candidates, 1)

    def find(self, centers: Tensor) -> MaskedCandidates:
        """Search heatmaps of centers, (B, 1, H, W)."""
        return find_masked_candidates(
            centers, self.kernel_size, self.max_candidates, self.threshold, min_candidates=0
        )
