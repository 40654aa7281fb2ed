"""Bottom-up estimator that trains a head on a network trained before."""

from typing import List, Tuple, Union

import torch
from torch import Tensor, nn

from mmpose_ae.checkpoints import convert_checkpoint
from mmpose_ae.models.pose_estimators import BottomupPoseEstimator
from mmpose_ae.registry import MODELS

Features = Union[Tuple[Tensor], List[Tuple[Tensor]]]


@MODELS.register_module()
class FrozenBackbonePoseEstimator(BottomupPoseEstimator):
    """Keeps backbone and neck as they were loaded: no gradients, and batch norm as in testing.

    Published checkpoints of the detector are loaded as :class:`BottomupPoseEstimator` does; what
    the head adds to it they need not have.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for part in self._frozen_parts():
            part.requires_grad_(False)

    def _frozen_parts(self) -> List[nn.Module]:
        return [self.backbone, self.neck] if self.with_neck else [self.backbone]

    def train(self, mode: bool = True) -> nn.Module:
        """Switch the head to training or testing."""
        super().train(mode)
        for part in self._frozen_parts():
            part.eval()
        return self

    @torch.no_grad()
    def extract_feat(self, inputs: Tensor) -> Features:
        """Extract features as MMPose does, without a graph."""
        return super().extract_feat(inputs)

    def _load_state_dict_pre_hook(
        self, state_dict: dict, prefix: str, local_meta: dict, *args, **kwargs
    ) -> None:
        if not prefix:
            weights = convert_checkpoint(state_dict, self._detector_shapes())
            state_dict.clear()
            state_dict.update(weights)
        super()._load_state_dict_pre_hook(state_dict, prefix, local_meta, *args, **kwargs)

    def _detector_shapes(self) -> dict:
        """Names and shapes of the weights that a checkpoint of the detector has."""
        trained = f'head.{self.head.trained_part}.'
        weights = self.state_dict().items()
        return {name: value.shape for name, value in weights if not name.startswith(trained)}
