"""Operations on maps and keypoints: plain functions of torch, batched and on any device."""

from .candidates import MaskedCandidates, find_candidates, find_masked_candidates
from .centers import append_centers, instance_centers
from .dense_offsets import dense_offsets
from .peaks import LARGEST, bounded, find_peaks, finite_or_zero, highest_peaks
from .person_heatmaps import (
    distinct_people,
    extents,
    jitter,
    merge_people,
    overlap_sigmas,
    person_heatmaps,
)
from .refinement import OFFSETS, gaussian_offset, quarter_offset, refine_cells, released_offset
from .sampling import (
    bilinear_corners,
    gather_tags,
    nearest_cells,
    read_between,
    sample_features,
    sample_tags,
    to_sampling_grid,
)
from .similarity import keypoint_similarity
from .targets import (
    draw_placed,
    gaussian_heatmaps,
    index_placed,
    instance_scales,
    keypoint_indices,
    place_keypoints,
)

__all__ = [
    'LARGEST',
    'OFFSETS',
    'MaskedCandidates',
    'append_centers',
    'bilinear_corners',
    'bounded',
    'dense_offsets',
    'distinct_people',
    'draw_placed',
    'extents',
    'find_candidates',
    'find_masked_candidates',
    'find_peaks',
    'finite_or_zero',
    'gather_tags',
    'gaussian_heatmaps',
    'gaussian_offset',
    'highest_peaks',
    'index_placed',
    'instance_centers',
    'instance_scales',
    'jitter',
    'keypoint_indices',
    'keypoint_similarity',
    'merge_people',
    'nearest_cells',
    'overlap_sigmas',
    'person_heatmaps',
    'place_keypoints',
    'quarter_offset',
    'read_between',
    'refine_cells',
    'released_offset',
    'sample_features',
    'sample_tags',
    'to_sampling_grid',
]
