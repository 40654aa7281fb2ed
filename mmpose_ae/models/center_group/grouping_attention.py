"""The attention of CenterGroup that groups: from centers to keypoints, a head per type."""

from typing import Optional, Tuple

import torch
from torch import Tensor, nn


class GroupingAttention(nn.Module):
    """Attend from each center to the candidates, once for each keypoint type.

    Args:
        dim (int): D, size of a node.
        head_dim (int): Size of a query, of a key and of a value of one head.
        num_keypoints (int): K, the number of heads.
        type_agnostic (bool): Let the head of a type attend to candidates of all types, so that it
            may correct the detector; else to those of its own type, or to all if there are none.
        with_values (bool): Also give what is attended to.
        encode_values (bool): Add the encodings of keypoints to values, too, as Eq. 11 does.

    Source:
        CenterGroup (Braso et al. 2021, arXiv:2110.05132), Equations 7, 8 and 11. As in the
        release queries and keys get the position and type encodings, values none unless
        ``encode_values`` asks for the paper's form, and products are divided by the root of
        ``head_dim``.
    """

    def __init__(
        self,
        dim: int,
        head_dim: int,
        num_keypoints: int,
        type_agnostic: bool = True,
        with_values: bool = True,
        encode_values: bool = False,
    ) -> None:
        super().__init__()
        self.num_keypoints = num_keypoints
        self.type_agnostic = type_agnostic
        self.encode_values = encode_values
        self.query = nn.Linear(dim, num_keypoints * head_dim)
        self.key = nn.Linear(dim, num_keypoints * head_dim)
        self.value = nn.Linear(dim, num_keypoints * head_dim) if with_values else None
        for layer in self.children():
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self,
        centers: Tensor,
        keypoints: Tensor,
        center_encodings: Tensor,
        keypoint_encodings: Tensor,
        padding: Tensor,
    ) -> Tuple[Tensor, Optional[Tensor]]:
        """Attend.

        Args:
            centers (Tensor): (B, C, D), float.
            keypoints (Tensor): (B, K * M, D), float, those of a type beside each other.
            center_encodings (Tensor): Like ``centers``.
            keypoint_encodings (Tensor): Like ``keypoints``.
            padding (Tensor): True for candidates that are padding, (B, K * M), bool.

        Returns:
            tuple:
            - Tensor: Attention, (B, C, K, K * M), see :class:`GroupingOutputs`.
            - Tensor: The values attended to, (B, C, K, ``head_dim``), or None.
        """
        queries = self._split_heads(self.query(centers + center_encodings))
        encoded = keypoints + keypoint_encodings
        keys = self._split_heads(self.key(encoded))
        products = queries @ keys.transpose(-1, -2) * queries.shape[-1] ** -0.5
        attention = products.masked_fill(self._ignored(padding), -torch.inf).softmax(-1)
        if self.value is None:
            return attention.transpose(1, 2), None
        values = self.value(encoded if self.encode_values else keypoints)
        messages = attention @ self._split_heads(values)
        return attention.transpose(1, 2), messages.transpose(1, 2)

    def _split_heads(self, projected: Tensor) -> Tensor:
        """From (B, N, K * ``head_dim``) to (B, K, N, ``head_dim``)."""
        return projected.unflatten(-1, (self.num_keypoints, -1)).transpose(1, 2)

    def _ignored(self, padding: Tensor) -> Tensor:
        """Which candidates a head may not see, (B, 1 or K, 1, K * M), never all of them."""
        ignored = padding[:, None, None]
        ignored = ignored & ~ignored.all(-1, keepdim=True)
        if self.type_agnostic:
            return ignored
        heads = torch.arange(self.num_keypoints, device=padding.device)
        types = heads.repeat_interleave(padding.shape[1] // self.num_keypoints)
        of_other_types = ignored | (types != heads[:, None])[:, None]
        return torch.where(of_other_types.all(-1, keepdim=True), ignored, of_other_types)
