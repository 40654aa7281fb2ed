"""The grouping algorithms: pure torch, numpy and scipy; nothing from the OpenMMLab stack."""

from .candidates import Candidates, find_candidates, find_peaks, finite_or_zero
from .coordinates import cells_to_pixels, nearest_cells, pixels_to_cells
from .matching import UNMATCHED, match_by_tag
from .missing import find_missing
from .refinement import OFFSETS, gaussian_offset, quarter_offset
from .tags import gather_tags, sample_tags
from .targets import gaussian_heatmaps, keypoint_indices

__all__ = [
    'OFFSETS',
    'UNMATCHED',
    'Candidates',
    'cells_to_pixels',
    'find_candidates',
    'find_missing',
    'find_peaks',
    'finite_or_zero',
    'gather_tags',
    'gaussian_heatmaps',
    'gaussian_offset',
    'keypoint_indices',
    'match_by_tag',
    'nearest_cells',
    'pixels_to_cells',
    'quarter_offset',
    'sample_tags',
]
