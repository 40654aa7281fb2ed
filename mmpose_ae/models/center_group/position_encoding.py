"""Sine encoding of positions in the image (Vaswani et al. 2017; DETR, Carion et al. 2020)."""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.frame import flat_index
from mmpose_ae.ops import bilinear_corners, gather_tags


def sine_encoding(positions: Tensor, dim: int, temperature: float = 10000.0) -> Tensor:
    """Encode positions by sines and cosines of a geometric series of wavelengths.

    Args:
        positions (Tensor): Positions (x, y), (..., 2), float.
        dim (int): D, a multiple of 4.
        temperature (float): The longest wavelength is ``2 * pi * temperature``.

    Returns:
        Tensor: (..., D): the half of y, then that of x; in each a sine and a cosine per wavelength.

    Raises:
        ValueError: ``dim`` is not a multiple of 4.
    """
    if dim % 4:
        raise ValueError(f'the size of a position encoding must be a multiple of 4, got {dim}')
    exponents = torch.arange(dim // 4, device=positions.device) / (dim // 4)
    angles = positions.flip(-1)[..., None] / temperature**exponents  # (..., 2, D / 4)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-3)


def encode_positions(inside: Tensor, cells: Tensor, size: Tuple[int, int], dim: int) -> Tensor:
    """Encode where candidates lie in the image.

    Equals encoding each cell of a coarse map by its count of cells inside the image up to there,
    along its row and along its column, upsampling that map bilinearly and reading it under the
    candidates, as the release does; but only what is read is computed.

    Args:
        inside (Tensor): False on what pads the image, (B, h, w), bool, as coarse as the features.
        cells (Tensor): Cells (x, y) of the heatmaps, (B, K, M, 2), int64.
        size (tuple): Heatmap size (W, H).
        dim (int): D, a multiple of 4.

    Returns:
        Tensor: (B, K, M, D), float32.

    Source: CenterGroup (Braso et al. 2021, arXiv:2110.05132), Section 5.3.
    """
    height, width = inside.shape[-2:]
    counts = torch.stack([inside.cumsum(2), inside.cumsum(1)], dim=1).float()  # (B, 2, h, w)
    corners, weights = bilinear_corners(cells, size, (width, height))
    index = flat_index(corners, width)  # (B, K, M, 4)
    positions = gather_tags(counts, index.flatten(1)[:, None])[:, 0]  # (B, K * M * 4, 2)
    encodings = sine_encoding(positions.unflatten(1, index.shape[1:]), dim)
    return (weights[..., None] * encodings).sum(-2)
