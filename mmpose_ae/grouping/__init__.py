"""The grouping algorithms: pure torch, numpy and scipy; nothing from the OpenMMLab stack."""

from .candidates import UNMATCHED, Candidates, find_candidates, find_peaks, finite_or_zero
from .centers import instance_centers, keypoint_similarity, match_centers
from .coordinates import cells_to_pixels, nearest_cells, pixels_to_cells
from .density import DensityGrouping
from .features import bilinear_corners, sample_features
from .greedy import GreedyGrouping
from .grouped_centers import GroupedCenters
from .image_area import cells_in_image
from .instance_scores import score_instances
from .instances import Instances, collect_instances, fill_instances, pad_instances
from .masked_candidates import MaskedCandidates, find_masked_candidates
from .missing import MISSING_RULES, find_missing
from .offsets import match_offsets
from .refinement import OFFSETS, gaussian_offset, quarter_offset, released_offset
from .tags import gather_tags, sample_tags
from .targets import gaussian_heatmaps, instance_scales, keypoint_indices

__all__ = [
    'MISSING_RULES',
    'OFFSETS',
    'UNMATCHED',
    'Candidates',
    'DensityGrouping',
    'GreedyGrouping',
    'GroupedCenters',
    'Instances',
    'MaskedCandidates',
    'bilinear_corners',
    'cells_in_image',
    'cells_to_pixels',
    'collect_instances',
    'fill_instances',
    'find_candidates',
    'find_masked_candidates',
    'find_missing',
    'find_peaks',
    'finite_or_zero',
    'gather_tags',
    'gaussian_heatmaps',
    'gaussian_offset',
    'instance_centers',
    'instance_scales',
    'keypoint_indices',
    'keypoint_similarity',
    'match_centers',
    'match_offsets',
    'nearest_cells',
    'pad_instances',
    'pixels_to_cells',
    'quarter_offset',
    'released_offset',
    'sample_features',
    'sample_tags',
    'score_instances',
]
