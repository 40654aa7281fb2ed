"""Published weights under the names of this package."""

from .coupled_embedding import convert_coupled_embedding
from .higher_hrnet import convert_higher_hrnet
from .pose_ae_train import convert_pose_ae_train

__all__ = ['convert_coupled_embedding', 'convert_higher_hrnet', 'convert_pose_ae_train']
