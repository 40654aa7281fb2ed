"""Weights of HRNet trained on ImageNet (Sun et al. 2019), the start of most trainings."""

from typing import Dict

from torch import Tensor

from .key_map import rename_keys


def convert_hrnet(state_dict: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """Name the weights of HRNet's stages as an estimator with an HRNet backbone does.

    Args:
        state_dict (dict[str, Tensor]): Keys ``conv1.*`` to ``stage4.*``; without the layers that
            classify, and those that fuse the last stage's coarser branches for them.

    Returns:
        dict[str, Tensor]: Keys ``backbone.*``.

    Raises:
        KeyError: A key is not one of HRNet.
    """
    return rename_keys(state_dict, RULES)


RULES = ((r'((?:conv|bn)[12]\.\w+|(?:layer1|transition[123]|stage[234])\.[\w.]+)', r'backbone.\1'),)
CLASSIFIER = (
    r'(?:head|fc|incre_modules|downsamp_modules|final_layer|classifier)\..+'
    r'|stage4\.2\.fuse_layers\.[123]\..+'
)
