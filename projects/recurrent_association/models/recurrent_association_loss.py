"""Losses of recurrent association (Section 3.2)."""

from typing import Dict, Hashable, NamedTuple, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmpose_ae.registry import MODELS

from .fixed_order import FixedOrder
from .instance_targets import InstanceTargets
from .matching import UNMATCHED, distances_to_targets, match
from .partner_memory import PartnerMemory
from .unrolling import Chunk


class Supervision(NamedTuple):
    """What a batch is trained towards.

    Attributes:
        targets (InstanceTargets): Of N instances.
        mask (Tensor): Cells that are supervised, (B, h, w), float32.
        remaining (Tensor): Instances that no earlier chunk was matched to, (B, N), bool.
        asked (Tensor, optional): Instances that steps are asked for, (B, S), int64; -1 for none.
        weights (Tensor, optional): Of the losses of each image, (B,), float32. None is 1.
        ranks (Tensor, optional): Place of each instance in an order to start from, (B, N), int64.
        images (sequence, optional): What the images are called, unchanged from epoch to epoch.
            Copies of images, behind them, have no name.
    """

    targets: InstanceTargets
    mask: Tensor
    remaining: Tensor
    asked: Optional[Tensor] = None
    weights: Optional[Tensor] = None
    ranks: Optional[Tensor] = None
    images: Optional[Sequence[Hashable]] = None

    def average(self, losses: Tensor) -> Tensor:
        """Mean of the losses of all images (B,)."""
        return (losses if self.weights is None else losses * self.weights).mean()


@MODELS.register_module()
class RecurrentAssociationLoss(nn.Module):
    """Heatmaps of matched instances, and when to stop.

    Losses are summed over steps, keypoints and cells, as in Eq. 2 to 4, and averaged over the
    images of the batch.

    Args:
        heatmap_weight (float): Factor of the squared distance of heatmaps.
        stop_weight (float): Factor of the cross entropy of being an instance.
        count_unsure (bool): If the network stops too early, train the heatmaps of the steps after
            it, too: (b) of Table 4 instead of (a).
        count_surplus (bool): If the network stops too late, choose among all its steps those that
            show the instances, not only among the first ones: (b') instead of (a').
        only_second (bool): No loss on the heatmaps of the first network (Section 4.1).
        pass_weight (float): Factor of the heatmap loss of the passes of the feedback loop before
            the last one, whose partners they keep; not in the paper.
        fixed_order (dict, optional): Options of :class:`FixedOrder`, to start from; not in the
            paper.
        partners (dict, optional): Options of :class:`PartnerMemory`, which keeps matches from epoch
            to epoch; not in the paper.
    """

    def __init__(
        self,
        heatmap_weight: float = 1.0,
        stop_weight: float = 1.0,
        count_unsure: bool = False,
        count_surplus: bool = False,
        only_second: bool = False,
        pass_weight: float = 0.0,
        fixed_order: Optional[dict] = None,
        partners: Optional[dict] = None,
    ) -> None:
        super().__init__()
        self.heatmap_weight = heatmap_weight
        self.stop_weight = stop_weight
        self.count_unsure = count_unsure
        self.count_surplus = count_surplus
        self.only_second = only_second
        self.pass_weight = pass_weight
        self.fixed_order = None if fixed_order is None else FixedOrder(**fixed_order)
        self.partners = None if partners is None else PartnerMemory(**partners)

    def forward(
        self, chunk: Chunk, supervision: Supervision
    ) -> Tuple[Dict[str, Tensor], Supervision]:
        """Compute the losses of a chunk.

        Args:
            chunk (Chunk): Its steps.
            supervision (Supervision): What is left to be found.

        Returns:
            tuple: Losses ``stop``, ``heatmap`` and, of the second network, ``heatmap2``: scalars,
            float32; and the supervision of the next chunk, without the matched instances.

        Raises:
            ValueError: Only the second network is to be trained, and there is none.
        """
        if self.only_second and chunk.refined is None:
            raise ValueError('only_second needs a second_lstm')
        targets, mask = supervision.targets, supervision.mask
        is_instance = chunk.index < targets.counts[:, None]  # (B, P)
        matched = self._match(chunk, supervision, self._counted(chunk, is_instance))
        found = matched != UNMATCHED
        drawn = targets.draw(matched)

        def heatmap_loss(heatmaps: Tensor) -> Tensor:
            error = (heatmaps - drawn).square() * mask[:, None, None]
            error = (error.sum((2, 3, 4)) * found).sum(1)
            return self.heatmap_weight * supervision.average(error)

        losses = dict(stop=supervision.average(self._stop_loss(chunk, is_instance)))
        if not self.only_second:
            losses['heatmap'] = heatmap_loss(chunk.heatmaps)
        if chunk.refined is not None:
            losses['heatmap2'] = heatmap_loss(chunk.refined)
        if self.pass_weight and chunk.earlier is not None:
            earlier = sum(heatmap_loss(maps) for maps in chunk.earlier.unbind(2))
            losses['heatmap_earlier'] = self.pass_weight * earlier
        return losses, supervision._replace(remaining=without(supervision.remaining, matched))

    def _counted(self, chunk: Chunk, is_instance: Tensor) -> Tensor:
        """Steps whose heatmaps are trained, (B, P)."""
        counted = is_instance if self.count_unsure else is_instance & chunk.sure
        if self.count_surplus:
            counted = counted | chunk.accepted & ~is_instance
        return counted

    @torch.no_grad()
    def _match(self, chunk: Chunk, supervision: Supervision, counted: Tensor) -> Tensor:
        """The instance that each step shows, (B, P), int64; -1 for none."""
        heatmaps = chunk.refined if self.only_second else chunk.heatmaps
        costs = distances_to_targets(heatmaps, supervision.targets, supervision.mask)
        if self.fixed_order:
            costs = costs + self.fixed_order.costs(chunk.index, supervision.ranks)
        if self.partners is None:
            return _match_free(costs, chunk, counted, supervision)
        images, num_instances = supervision.images, costs.shape[2]
        costs[: len(images)] += self.partners.costs(chunk.index, images, num_instances)
        matched = _match_free(costs, chunk, counted, supervision)
        self.partners.remember(chunk.index, images, matched, num_instances)
        return matched

    def _stop_loss(self, chunk: Chunk, is_instance: Tensor) -> Tensor:
        entropy = F.binary_cross_entropy_with_logits(
            chunk.logits, is_instance.float(), reduction='none'
        )
        return self.stop_weight * (entropy * chunk.running).sum(1)


def _match_free(costs: Tensor, chunk: Chunk, counted: Tensor, supervision: Supervision) -> Tensor:
    """Match the steps that are not asked for somebody; the others show whom they are asked for."""
    if supervision.asked is None:
        return match(costs, counted, supervision.remaining, chunk.ends)
    asked = supervision.asked[:, chunk.index]
    free = asked == UNMATCHED
    found = match(costs, counted & free, supervision.remaining, chunk.ends)
    return found.where(free, asked)


def without(remaining: Tensor, matched: Tensor) -> Tensor:
    """Instances (B, N) that remain without those matched (B, P), where -1 is none."""
    taken = F.pad(torch.zeros_like(remaining), (0, 1))  # the last column is for unmatched steps
    places = matched.where(matched != UNMATCHED, torch.full_like(matched, remaining.shape[1]))
    return remaining & ~taken.scatter(1, places, True)[:, :-1]
