"""Leaving out candidates where nobody is annotated: crowds, and people without keypoints."""

from torch import Tensor

from mmpose_ae.codecs import CenterProposals
from mmpose_ae.frame import flat_index
from mmpose_ae.ops import MaskedCandidates


def drop_proposals(proposals: CenterProposals, supervised: Tensor) -> CenterProposals:
    """Leave keypoints and centers out of training where nothing is supervised.

    Args:
        proposals (CenterProposals): What was found.
        supervised (Tensor): False where candidates do not count, (B, H, W), bool, of the size of
            the heatmaps that were searched.

    Returns:
        CenterProposals: The same, those in such places as padding.
    """
    return CenterProposals(*(drop_candidates(found, supervised) for found in proposals))


def drop_candidates(found: MaskedCandidates, supervised: Tensor) -> MaskedCandidates:
    """Leave candidates out as :func:`drop_proposals` does."""
    cells = flat_index(found.cells, supervised.shape[-1])
    kept = supervised.flatten(1).gather(1, cells.flatten(1)).view_as(cells)
    return found._replace(mask=found.mask & kept)
