"""The losses of masks and of the tags of their pixels, and the heads around them."""

from .detection_loss import DetectionLoss
from .discriminative_loss import DiscriminativeLoss
from .instance_seg_head import InstanceSegHead
from .instance_segmentor import InstanceSegmentor
from .pixel_grouping_loss import PixelGroupingLoss
from .pixel_tags import PixelInstances
from .pose_mask_head import PoseMaskHead

__all__ = [
    'DetectionLoss',
    'DiscriminativeLoss',
    'InstanceSegHead',
    'InstanceSegmentor',
    'PixelGroupingLoss',
    'PixelInstances',
    'PoseMaskHead',
]
