"""Bottom-up estimator that trains a head on a network trained before."""

from typing import Collection, List, Tuple, Union

import torch
from torch import Tensor, nn

from mmpose_ae.models.pose_estimators import BottomupPoseEstimator
from mmpose_ae.registry import MODELS

Features = Union[Tuple[Tensor], List[Tuple[Tensor]]]


@MODELS.register_module()
class FrozenBackbonePoseEstimator(BottomupPoseEstimator):
    """Keeps backbone and neck as they were loaded: no gradients, and batch norm as in testing.

    Training starts from a checkpoint of the detector, ours or a published one (``init_cfg``), which
    must have all weights but those that the head adds.
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

    def _required_to_start(self) -> Collection[str]:
        """Names of the weights that a checkpoint of the detector has."""
        trained = f'head.{self.head.trained_part}.'
        return [name for name in self.state_dict() if not name.startswith(trained)]
