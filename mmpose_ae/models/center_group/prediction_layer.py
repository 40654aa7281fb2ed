"""From nodes to poses: what CenterGroup predicts before its encoder and after each layer."""

from typing import Optional

import torch
from torch import Tensor, nn

from mmpose_ae.options import check_choice

from .grouping_attention import GroupingAttention
from .structures import GroupingOutputs

VISIBILITY = ('attention', 'mlp', None)


def mlp(*widths: int) -> nn.Sequential:
    """Stack linear layers of the given widths, the input's first, with ReLU between them."""
    layers = [nn.Linear(width, following) for width, following in zip(widths, widths[1:])]
    return nn.Sequential(*(part for layer in layers for part in (layer, nn.ReLU())))[:-1]


class PredictionLayer(nn.Module):
    """Locate the keypoints of each center, tell whether they are visible and whether it is one.

    Args:
        dim (int): D, size of a node.
        head_dim (int): Size of a query in the grouping attention.
        num_keypoints (int): K.
        type_agnostic (bool): See :class:`GroupingAttention`.
        classify_centers (bool): Predict ``center_logits``.
        visibility (str, optional): Predict visibility from the center and what it attends to
            (``'attention'``), or from the center alone (``'mlp'``); None does not.
        encode_values (bool): See :class:`GroupingAttention`; for visibility by attention.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 5.4 and Table 2.
    """

    def __init__(
        self,
        dim: int,
        head_dim: int,
        num_keypoints: int,
        type_agnostic: bool = True,
        classify_centers: bool = True,
        visibility: Optional[str] = 'attention',
        encode_values: bool = False,
    ) -> None:
        super().__init__()
        check_choice('visibility', visibility, VISIBILITY)
        by_attention = visibility == 'attention'
        if encode_values and not by_attention:
            raise ValueError(f"encode_values needs visibility='attention', got {visibility!r}")
        self.attention = GroupingAttention(
            dim,
            head_dim,
            num_keypoints,
            type_agnostic,
            with_values=by_attention,
            encode_values=encode_values,
        )
        self.center_mlp = mlp(dim, dim, dim, 1) if classify_centers else None
        self.visibility_mlp = None
        if by_attention:
            self.visibility_mlp = mlp(dim + head_dim, dim, dim, 1)
        elif visibility == 'mlp':
            self.visibility_mlp = mlp(dim, *3 * [num_keypoints])

    def forward(
        self,
        centers: Tensor,
        keypoints: Tensor,
        center_encodings: Tensor,
        keypoint_encodings: Tensor,
        locations: Tensor,
        padding: Tensor,
    ) -> GroupingOutputs:
        """Predict.

        Args:
            centers (Tensor): (B, C, D), float.
            keypoints (Tensor): (B, K * M, D), float, those of a type beside each other.
            center_encodings (Tensor): Like ``centers``.
            keypoint_encodings (Tensor): Like ``keypoints``.
            locations (Tensor): Positions (x, y) of the keypoints, (B, K * M, 2).
            padding (Tensor): True for keypoints that are padding, (B, K * M), bool.

        Returns:
            GroupingOutputs: For every center, padding included.
        """
        attention, messages = self.attention(
            centers, keypoints, center_encodings, keypoint_encodings, padding
        )
        locations = locations.float()
        with torch.autocast(centers.device.type, enabled=False):  # bfloat16 knows 8 bits of a pixel
            mean = attention.float() @ locations[:, None]
        return GroupingOutputs(
            mean,
            None if self.training else attention.argmax(-1),
            self._visibility(centers, messages),
            None if self.center_mlp is None else self.center_mlp(centers).squeeze(-1),
            attention,
        )

    def _visibility(self, centers: Tensor, messages: Optional[Tensor]) -> Optional[Tensor]:
        """Logits of the visibility, (B, C, K)."""
        if self.visibility_mlp is None:
            return None
        if messages is None:
            return self.visibility_mlp(centers)
        repeated = centers[:, :, None].expand(-1, -1, messages.shape[2], -1)
        return self.visibility_mlp(torch.cat([repeated, messages], -1)).squeeze(-1)
