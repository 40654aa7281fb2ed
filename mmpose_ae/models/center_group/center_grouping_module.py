"""Grouping by attention from centers to keypoints (Braso et al. 2021, arXiv:2110.05132)."""

from typing import List, Optional

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmpose_ae.registry import MODELS

from .prediction_layer import PredictionLayer, mlp
from .structures import GroupingOutputs, Nodes
from .transformer_encoder import TransformerEncoder


@MODELS.register_module()
class CenterGroupingModule(BaseModule):
    """Encode keypoints and centers in the context of all others, and give centers their keypoints.

    There is a prediction before the transformer encoder and one after each of its layers, each
    with its own weights as in the release (the paper's Table 7 counts one).

    Args:
        num_keypoints (int): K, without the center.
        dim (int): D, size of a node.
        head_dim (int): Size of a query in the grouping attention.
        num_layers (int): Layers of the encoder; 0 is the model without transformer.
        num_heads (int): Attention heads of an encoder layer.
        feedforward_dim (int): Hidden size of an encoder layer's MLP.
        dropout (float): Dropout rate of the encoder.
        skip_connections (bool): See :class:`TransformerEncoder`.
        type_agnostic (bool): See :class:`GroupingAttention`.
        type_encoding (bool): Add a learned vector for the type that the detector gave a node.
        position_encoding (bool): Add a projection of the nodes' position encodings.
        classify_centers (bool): See :class:`PredictionLayer`.
        visibility (str, optional): See :class:`PredictionLayer`.
        encode_values (bool): See :class:`GroupingAttention`.
        init_cfg (dict | list, optional): Initialization.

    The rows of the paper's Table 1 differ in ``type_agnostic``, ``type_encoding``, ``num_layers``
    and ``position_encoding``; those of Table 2 in ``classify_centers`` and ``visibility``.
    """

    def __init__(
        self,
        num_keypoints: int,
        dim: int = 128,
        head_dim: int = 64,
        num_layers: int = 3,
        num_heads: int = 4,
        feedforward_dim: int = 512,
        dropout: float = 0.1,
        skip_connections: bool = True,
        type_agnostic: bool = True,
        type_encoding: bool = True,
        position_encoding: bool = True,
        classify_centers: bool = True,
        visibility: Optional[str] = 'attention',
        encode_values: bool = False,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(init_cfg)
        self.num_keypoints = num_keypoints
        self.initial_mlp = nn.Sequential(*mlp(dim, dim, dim), nn.ReLU())
        self.position_layer = nn.Linear(dim, dim) if position_encoding else None
        self.type_encodings = nn.Embedding(num_keypoints + 1, dim) if type_encoding else None
        self.encoder = TransformerEncoder(
            dim, num_layers, num_heads, feedforward_dim, dropout, skip_connections
        )
        options = dict(
            type_agnostic=type_agnostic,
            classify_centers=classify_centers,
            visibility=visibility,
            encode_values=encode_values,
        )
        self.predictions = nn.ModuleList(
            PredictionLayer(dim, head_dim, num_keypoints, **options) for _ in range(num_layers + 1)
        )

    def forward(
        self, keypoints: Nodes, centers: Nodes, all_layers: bool = True
    ) -> List[GroupingOutputs]:
        """Group the keypoints of a batch of images.

        Args:
            keypoints (Nodes): Candidates of K types.
            centers (Nodes): Candidates of one type.
            all_layers (bool): Predict also before the last layer, which only training needs.

        Returns:
            list[GroupingOutputs]: Before the encoder and after each of its layers, or only after
            the last.

        Raises:
            ValueError: The nodes are not of K types, or the centers not of one.
        """
        found = keypoints.mask.shape[1], centers.mask.shape[1]
        if found != (self.num_keypoints, 1):
            raise ValueError(
                f'expected keypoints of {self.num_keypoints} types and centers of one, got {found}'
            )
        both = [
            torch.cat([k.flatten(1, 2), c.flatten(1, 2)], 1) for k, c in zip(keypoints, centers)
        ]
        embeddings, position_encodings, locations, mask = both
        per_type, num_centers = keypoints.mask.shape[2], centers.mask.shape[2]
        encodings = self._encodings(position_encodings, per_type, num_centers)
        layers = self.encoder(self.initial_mlp(embeddings), encodings, ~mask)
        first = 0 if all_layers else len(layers) - 1
        split = mask.shape[1] - num_centers
        return [
            predict(
                nodes[:, split:],
                nodes[:, :split],
                encodings[:, split:],
                encodings[:, :split],
                locations[:, :split],
                ~mask[:, :split],
            )
            for predict, nodes in zip(self.predictions[first:], layers[first:])
        ]

    def _encodings(self, position_encodings: Tensor, per_type: int, num_centers: int) -> Tensor:
        """Sum of the encodings of keypoints and centers, (B, K * M + C, D)."""
        encodings = torch.zeros_like(position_encodings)
        if self.position_layer is not None:
            encodings = self.position_layer(position_encodings)
        if self.type_encodings is not None:
            of_keypoints = self.type_encodings.weight[:-1].repeat_interleave(per_type, dim=0)
            of_centers = self.type_encodings.weight[-1:].expand(num_centers, -1)
            encodings = encodings + torch.cat([of_keypoints, of_centers])
        return encodings
