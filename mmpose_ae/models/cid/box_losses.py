"""The losses of BoIR (Jeong et al., BMVC 2023, arXiv:2309.14072): what boxes say about people.

Boxes are (left, top, right, bottom) in cells of the map, whose centers are at whole numbers.
"""

from math import pi
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor

from mmpose_ae.frame import Size, flat_index, round_cells

SMALLEST = 2  # cells on either side of a box that is supervised
EPS = 1e-7


def complete_iou_loss(boxes: Tensor, targets: Tensor) -> Tensor:
    """Compare boxes by overlap, distance and shape (Zheng et al. 2020, arXiv:1911.08287, eq. 10).

    Args:
        boxes (Tensor): Predicted, (P, 4), float.
        targets (Tensor): Where each should be, (P, 4).

    Returns:
        Tensor: 0 for equal boxes, (P,).
    """
    (start, stop), (start_of, stop_of) = boxes.split(2, -1), targets.split(2, -1)
    sides, sides_of = stop - start, stop_of - start_of
    shared = (torch.min(stop, stop_of) - torch.max(start, start_of)).clamp(min=0).prod(-1)
    iou = shared / (sides.prod(-1) + sides_of.prod(-1) - shared + EPS)
    around = torch.max(stop, stop_of) - torch.min(start, start_of)
    apart = (start + stop - start_of - stop_of).square().sum(-1) / 4
    angles = [(width / (height + EPS)).atan() for width, height in (sides.T, sides_of.T)]
    shape = 4 / pi**2 * (angles[0] - angles[1]).square()
    weight = (shape / (shape - iou + 1 + EPS)).detach()
    return 1 - iou + apart / (around.square().sum(-1) + EPS) + weight * shape


def box_regions(boxes: Tensor, size: Size) -> Tensor:
    """Cells of boxes.

    Args:
        boxes (Tensor): (N, 4), float.
        size (tuple): Of the map, (W, H).

    Returns:
        Tensor: From the cell of the one corner to that of the other, (N, H, W), bool.
    """
    start, stop = round_cells(boxes).split(2, -1)
    columns, rows = (torch.arange(side, device=boxes.device) for side in size)
    across = (start[:, :1] <= columns) & (columns <= stop[:, :1])
    down = (start[:, 1:] <= rows) & (rows <= stop[:, 1:])
    return down[:, :, None] & across[:, None]


def box_embedding_loss(
    embeddings: Tensor, boxes: Tensor, beta: float, background: str = 'image'
) -> Tensor:
    """Tell people of an image from each other, and from what is not in their boxes.

    A person is the unit vector in the middle of the box. Of two vectors that differ by ``d`` in the
    mean of squares over dimensions, ``exp(-beta * d)`` is lost.

    Args:
        embeddings (Tensor): (D, H, W), float.
        boxes (Tensor): Of everybody, (N, 4). Those with a side below two cells are left out.
        beta (float): How close vectors are that repel each other.
        background (str): ``'image'`` is what the release's configs train: people repel each other,
            and the mean outside all boxes as if it were one more of them. ``'person'``, the
            default of its code, repels everybody from the mean outside the own box, and draws the
            middle of a box and what is like it in the box together.

    Returns:
        Tensor: Sum over people, not negative; 0 if there is nobody.
    """
    unit = F.normalize(embeddings, dim=0).flatten(1).T  # (H * W, D)
    regions = box_regions(boxes, tuple(embeddings.shape[:0:-1]))
    large = (regions.any(1).sum(-1) >= SMALLEST) & (regions.any(2).sum(-1) >= SMALLEST)
    inside, boxes = regions[large].flatten(1), boxes[large]
    if not len(boxes):
        return 0 * unit.sum()
    middle = round_cells(boxes.unflatten(-1, (2, 2)).mean(-2)).long()
    people = unit[flat_index(middle, embeddings.shape[-1])]
    if background == 'image':
        outside = _mean_of(unit, ~inside.any(0, keepdim=True))
        return _push(torch.cat([people, *([] if outside is None else [outside])]), beta)
    own = sum(_hold(*person, unit, beta) for person in zip(people, inside))
    return own + _push(people, beta)


def _mean_of(unit: Tensor, weights: Tensor) -> Optional[Tensor]:
    """Mean of vectors (C, D) by weights (N, C), (N, D); None if no weight is above 0."""
    total = weights.sum(-1, keepdim=True)
    return weights.to(unit) @ unit / total if (total > 0).all() else None


def _push(vectors: Tensor, beta: float) -> Tensor:
    """Half of what is lost by every vector of (N, D) with all others, on average.

    The release adds what every vector loses with itself, which is constant.
    """
    close = (-beta * (vectors[:, None] - vectors).square().mean(-1)).exp()
    return close.triu(1).sum() / max(len(vectors) - 1, 1)


def _hold(person: Tensor, inside: Tensor, unit: Tensor, beta: float) -> Tensor:
    """Draw a person (D,) and what is like it in the box (C,) together, away from the rest."""
    distance = (person.detach() - unit.detach()).square().sum(-1)
    alike = _mean_of(unit, ((-beta * distance).exp() * inside)[None])
    both = torch.stack([person, alike[0]])
    mean = both.mean(0, keepdim=True)
    pull = (both - mean).square().sum() / unit.shape[-1]
    outside = _mean_of(unit, ~inside[None])
    return pull if outside is None else pull + _push(torch.cat([mean, outside]), beta)
