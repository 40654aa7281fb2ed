"""The losses of masks and of the tags of their pixels, and the heads around them."""

from .detection_loss import DetectionLoss
from .discriminative_loss import DiscriminativeLoss
from .pixel_grouping_loss import PixelGroupingLoss
from .pixel_tags import PixelInstances

__all__ = ['DetectionLoss', 'DiscriminativeLoss', 'PixelGroupingLoss', 'PixelInstances']
