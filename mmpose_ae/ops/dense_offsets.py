"""Training targets of DEKR (Geng et al. 2021, arXiv:2104.02300): offsets around every center."""

from typing import Tuple

import torch
from torch import Tensor

from mmpose_ae.frame import Size


def dense_offsets(
    cells: Tensor, shown: Tensor, lengths: Tensor, size: Size, radius: float
) -> Tuple[Tensor, Tensor]:
    """Give the cells around the center of a person the offsets to its keypoints.

    Where squares of several people overlap, those of the smallest one count whose keypoint of that
    type is shown.

    Args:
        cells (Tensor): Keypoints and, last, center (x, y) in cells of the map, (B, N, K + 1, 2).
        shown (Tensor): Which of them are on the map, (B, N, K + 1), bool.
        lengths (Tensor): Diagonals of the people's boxes in cells, (B, N), positive.
        size (tuple): Size (W, H) of the map.
        radius (float): Half the side of the square around a center, in cells.

    Returns:
        tuple: Offsets (x, y) from cells to keypoints, (B, K, 2, H, W), and weights, (B, K, H, W):
        one over the length of the person, 0 where there is none; float32.
    """
    image, person = shown[..., -1].nonzero(as_tuple=True)
    order = lengths[image, person].argsort(stable=True)  # the smallest first
    image, person = image[order], person[order]
    points, visible = cells[image, person, :-1].float(), shown[image, person, :-1]
    index, inside = _squares(cells[image, person, -1], size, radius)  # (P, S)
    counted = visible[..., None] & inside[:, None]  # (P, K, S)
    first = _first_of_all(counted, index, image, len(cells), size)

    columns, rows = (torch.arange(count, device=cells.device) for count in size)
    types = torch.arange(visible.shape[1], device=cells.device)[:, None, None]
    nobody = points.new_zeros(1, *points.shape[1:])
    x, y = torch.cat([points, nobody])[first, types].unbind(-1)  # (B, K, H, W)
    offsets = torch.stack([x - columns, y - rows[:, None]], dim=2)
    weights = torch.cat([1 / lengths[image, person].float(), nobody[0, 0, :1]])[first]
    return offsets * (weights > 0)[:, :, None], weights


def _squares(centers: Tensor, size: Size, radius: float) -> Tuple[Tensor, Tensor]:
    """Row-major cells of the squares around centers (P, 2), (P, S), and which are on the map."""
    reach = torch.arange(int(2 * radius), device=centers.device)
    x, y = ((centers - radius).floor().long()[..., None] + reach).unbind(1)  # (P, side)
    inside = ((y >= 0) & (y < size[1]))[:, :, None] & ((x >= 0) & (x < size[0]))[:, None]
    return (y[:, :, None] * size[0] + x[:, None]).flatten(1), inside.flatten(1)


def _first_of_all(counted: Tensor, index: Tensor, image: Tensor, batch: int, size: Size) -> Tensor:
    """The first person (of P) that counts at each cell of each type, (B, K, H, W); P is nobody."""
    people, num_keypoints, _ = counted.shape
    maps = image[:, None] * num_keypoints + torch.arange(num_keypoints, device=image.device)
    places = maps[..., None] * (size[0] * size[1]) + index[:, None]  # (P, K, S)
    rank = torch.arange(people, device=image.device)[:, None, None].expand_as(places)
    first = rank.new_full((batch * num_keypoints * size[0] * size[1],), people)
    first.scatter_reduce_(0, places[counted], rank[counted], 'amin')
    return first.view(batch, num_keypoints, size[1], size[0])
