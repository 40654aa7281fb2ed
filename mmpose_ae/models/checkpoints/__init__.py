"""Published weights under the names of this package."""

from .higher_hrnet import convert_higher_hrnet
from .pose_ae_train import convert_pose_ae_train

__all__ = ['convert_higher_hrnet', 'convert_pose_ae_train']
