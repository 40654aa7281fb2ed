"""The transformer encoder of CenterGroup: keypoints and centers attend to each other."""

from typing import List

import torch.nn.functional as F
from torch import Tensor, nn


class EncoderLayer(nn.TransformerEncoderLayer):
    """Torch's layer with encodings that join queries and keys, but not values, as in DETR."""

    def forward(self, nodes: Tensor, encodings: Tensor, padding: Tensor) -> Tensor:
        """Take the arguments of :class:`TransformerEncoder`; give the nodes (B, N, D) updated."""
        places = nodes + encodings
        attended, _ = self.self_attn(
            places, places, nodes, key_padding_mask=padding, need_weights=False
        )
        nodes = self.norm1(nodes + self.dropout1(attended))
        hidden = self.dropout(F.relu(self.linear1(nodes)))
        return self.norm2(nodes + self.dropout2(self.linear2(hidden)))


class TransformerEncoder(nn.Module):
    """Update nodes layer by layer.

    Args:
        dim (int): D, size of a node.
        num_layers (int): Number of layers; 0 leaves the nodes as they are.
        num_heads (int): Attention heads of a layer.
        feedforward_dim (int): Hidden size of a layer's MLP.
        dropout (float): Dropout rate.
        skip_connections (bool): Add the input of each layer to its normalized output. The
            release does, the paper's Figure 4 does not.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Sections 5.3 and C.3.
    """

    def __init__(
        self,
        dim: int = 128,
        num_layers: int = 3,
        num_heads: int = 4,
        feedforward_dim: int = 512,
        dropout: float = 0.1,
        skip_connections: bool = True,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(dim, num_heads, feedforward_dim, dropout, batch_first=True)
            for _ in range(num_layers)
        )
        self.skip_connections = skip_connections

    def forward(self, nodes: Tensor, encodings: Tensor, padding: Tensor) -> List[Tensor]:
        """Encode the nodes of a batch of images.

        Args:
            nodes (Tensor): (B, N, D), float.
            encodings (Tensor): What tells nodes apart by position and type, (B, N, D), float.
            padding (Tensor): True for nodes that are padding, (B, N), bool. No other node sees
                them, except in an image that has nothing else.

        Returns:
            list[Tensor]: The nodes before the first layer and after each, (B, N, D).
        """
        padding = padding & ~padding.all(1, keepdim=True)
        outputs = [nodes]
        for layer in self.layers:
            updated = layer(outputs[-1], encodings, padding)
            outputs.append(updated + outputs[-1] if self.skip_connections else updated)
        return outputs
