"""Data transforms that MMPose lacks or gets wrong for bottom-up training and testing."""

from .ae_photometric_distortion import AEPhotometricDistortion
from .bottomup_get_heatmap_mask import BottomupGetHeatmapMask
from .bottomup_random_affine import BottomupRandomAffine
from .bottomup_resize import BottomupResize
from .load_image import LoadImage, reading_of, whole_image
from .pack_pose_inputs import PackPoseInputs
from .paste_neighbor import PasteNeighbor
from .random_flip import RandomFlip

__all__ = [
    'AEPhotometricDistortion',
    'BottomupGetHeatmapMask',
    'BottomupRandomAffine',
    'BottomupResize',
    'LoadImage',
    'PackPoseInputs',
    'PasteNeighbor',
    'RandomFlip',
    'reading_of',
    'whole_image',
]
