"""Loss of CenterGroup's grouping (Braso et al. 2021, arXiv:2110.05132)."""

from typing import Dict, Optional, Sequence

import torch
from torch import Tensor, nn

from mmpose_ae.models.losses.instance_tags import masked_mean
from mmpose_ae.ops import keypoint_similarity
from mmpose_ae.options import check_between
from mmpose_ae.registry import MODELS

from .center_targets import CenterTargets
from .sigmoid_focal_loss import sigmoid_focal_loss
from .structures import GroupingOutputs


@MODELS.register_module()
class CenterGroupLoss(nn.Module):
    """Locate keypoints, tell whether they are visible, and centers of instances from others.

    Args:
        sigmas (sequence, optional): Tolerance of each keypoint type in OKS, as in the dataset's
            metainfo. A visible keypoint whose location is not similar to the true one then has no
            visibility loss: nothing that is attended to shows it. None takes all.
        location_weight (float): Factor of the L1 distance between keypoints.
        visibility_weight (float): Factor of the focal loss of visibility.
        center_weight (float): Factor of the focal loss of centers.
        min_similarity (float): From which OKS on a location is similar.

    Source:
        Sections 5.4 and C.1. As in the release a loss is averaged over all elements of all layers
        that count in it. Without a center that is an instance's, or with none at all, the
        release gives NaN or stops; here such losses are 0 and stay in the graph.
    """

    def __init__(
        self,
        sigmas: Optional[Sequence[float]] = None,
        location_weight: float = 0.02,
        visibility_weight: float = 1.0,
        center_weight: float = 1.0,
        min_similarity: float = 0.5,
    ) -> None:
        super().__init__()
        values = None if sigmas is None else torch.tensor(sigmas, dtype=torch.float32)
        self.register_buffer('sigmas', values, persistent=False)
        check_between('location_weight', location_weight)
        check_between('visibility_weight', visibility_weight)
        check_between('center_weight', center_weight)
        check_between('min_similarity', min_similarity, 0, 1)
        self.location_weight = location_weight
        self.visibility_weight = visibility_weight
        self.center_weight = center_weight
        self.min_similarity = min_similarity

    def forward(
        self, layers: Sequence[GroupingOutputs], targets: CenterTargets
    ) -> Dict[str, Tensor]:
        """Compute the losses.

        Args:
            layers (sequence[GroupingOutputs]): Of every prediction layer.
            targets (CenterTargets): Of the same centers.

        Returns:
            dict[str, Tensor]: ``loss_location`` and, if they are predicted, ``loss_visibility``
            and ``loss_center``: scalars, float32.
        """
        locations = torch.stack([layer.locations for layer in layers])  # (layers, B, C, K, 2)
        positive = (targets.positive & targets.mask)[..., None]  # (B, C, 1)
        located = positive & targets.visible
        distance = (locations - targets.locations).abs().mean(-1)
        losses = dict(loss_location=self.location_weight * _mean(distance, located))
        if layers[0].visibility is not None:
            logits = torch.stack([layer.visibility for layer in layers])
            loss = sigmoid_focal_loss(logits, targets.visible.expand_as(logits))
            counted = positive & self._is_shown(locations.detach(), targets)
            losses['loss_visibility'] = self.visibility_weight * _mean(loss, counted)
        if layers[0].center_logits is not None:
            logits = torch.stack([layer.center_logits for layer in layers])
            loss = sigmoid_focal_loss(logits, targets.positive.expand_as(logits))
            losses['loss_center'] = self.center_weight * _mean(loss, targets.mask)
        return losses

    def _is_shown(self, locations: Tensor, targets: CenterTargets) -> Tensor:
        """Keypoints that are not visible, or are attended to where they are, (..., B, C, K)."""
        if self.sigmas is None:
            return torch.ones_like(targets.visible)
        similarity = keypoint_similarity(
            locations, targets.locations, targets.box_areas, self.sigmas
        )
        return ~targets.visible | (similarity >= self.min_similarity)


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """Average over all elements where the mask, which is broadcast, is set; 0 without any."""
    return masked_mean(values.flatten(), mask.expand_as(values).flatten(), dim=0)
