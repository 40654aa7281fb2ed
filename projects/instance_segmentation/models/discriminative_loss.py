"""Discriminative loss (De Brabandere et al. 2017, arXiv:1708.02551), the margins of tags."""

from typing import Dict, NamedTuple, Optional, Sequence

import torch
from torch import Tensor, nn

from mmpose_ae.models.losses.instance_tags import masked_mean
from mmpose_ae.options import check_between, check_choice, check_positive, refuse_unknown_options
from mmpose_ae.registry import MODELS

from .pixel_tags import PixelInstances, TagSets, tags_of_categories


class _Clusters(NamedTuple):
    """The tags of all instances of one image in a row."""

    values: Tensor  # (Q, L)
    owners: Tensor  # (Q,): the instance of each
    counts: Tensor  # (N,)
    means: Tensor  # (N, L)
    categories: Tensor  # (N,)


@MODELS.register_module()
@refuse_unknown_options
class DiscriminativeLoss(nn.Module):
    """Keep pixels within a margin of their instance's mean tag, and the means apart.

    ``loss_pull`` is the paper's variance term, ``max(0, |mean - tag| - pull_margin)^2`` averaged
    over the pixels of an instance and then over instances; ``loss_push`` its distance term,
    ``max(0, 2 push_margin - |mean - mean'|)^2`` averaged over pairs of instances of one category;
    ``loss_size`` the mean norm of the means. All pixels count, none is sampled; background is no
    instance. Two public codes deviate: in nyoki-mtl's the distance term is half as large,
    ``push_weight=0.5``, and Wizaron's averages the variance over all pixels at once,
    ``average_over='pixels'``.

    Args:
        pull_margin (float): delta_v.
        push_margin (float): delta_d.
        pull_weight (float): alpha.
        push_weight (float): beta.
        size_weight (float): gamma.
        average_over (str): Average the variance over ``'instances'``, or over all ``'pixels'``,
            where large instances weigh more.
        loss_weight (float): Factor of all three.
    """

    def __init__(
        self,
        pull_margin: float = 0.5,
        push_margin: float = 1.5,
        pull_weight: float = 1.0,
        push_weight: float = 1.0,
        size_weight: float = 0.001,
        average_over: str = 'instances',
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        weights = dict(pull_weight=pull_weight, push_weight=push_weight, size_weight=size_weight)
        check_between('loss_weight', loss_weight)
        check_positive('pull_margin', pull_margin)
        check_positive('push_margin', push_margin)
        check_choice('average_over', average_over, ['instances', 'pixels'])
        for name, weight in weights.items():
            check_between(name, weight)
        self.pull_margin = pull_margin
        self.push_margin = push_margin
        self.weights = [loss_weight * weight for weight in weights.values()]
        self.average_over = average_over

    def forward(
        self,
        tags: Tensor,
        instances: Sequence[PixelInstances],
        num_categories: int = 1,
        further: Optional[Sequence[TagSets]] = None,
    ) -> Dict[str, Tensor]:
        """Compute the three terms; 0 and still connected to the graph without instances.

        Args:
            tags (Tensor): Tag maps, (B, L * C, h, w), channel ``l * C + c``, any float type.
            instances (sequence[PixelInstances]): Of each image.
            num_categories (int): C.
            further (sequence[TagSets], optional): Tags that the instances of each image have
                besides those of pixels; each counts as a pixel.

        Returns:
            dict: ``loss_pull``, ``loss_push`` and ``loss_size``, means over the images.
        """
        images = [
            _gather(*image, num_categories)
            for image in zip(tags, instances, further or len(instances) * [None])
        ]
        terms = (self._pull, self._push, self._size)
        losses = [torch.stack([term(image) for image in images]).mean() for term in terms]
        pull, push, size = (weight * loss for weight, loss in zip(self.weights, losses))
        return dict(loss_pull=pull, loss_push=push, loss_size=size)

    def _pull(self, clusters: _Clusters) -> Tensor:
        distance = (clusters.values - clusters.means[clusters.owners]).norm(dim=1)
        excess = (distance - self.pull_margin).clamp(min=0).square()
        if self.average_over == 'pixels':
            return excess.sum() / max(len(excess), 1)
        sums = excess.new_zeros(len(clusters.counts)).index_add(0, clusters.owners, excess)
        return masked_mean(sums / clusters.counts.clamp(min=1), clusters.counts > 0, dim=0)

    def _push(self, clusters: _Clusters) -> Tensor:
        distance = (clusters.means[:, None] - clusters.means).norm(dim=2)
        lack = (2 * self.push_margin - distance).clamp(min=0).square()
        seen = clusters.counts > 0
        pairs = seen[:, None] & seen & (clusters.categories[:, None] == clusters.categories)
        pairs = pairs & ~torch.eye(len(pairs), dtype=torch.bool, device=pairs.device)
        return masked_mean(lack.flatten(), pairs.flatten(), dim=0)

    def _size(self, clusters: _Clusters) -> Tensor:
        return masked_mean(clusters.means.norm(dim=1), clusters.counts > 0, dim=0)


def _gather(
    tags: Tensor, instances: PixelInstances, further: Optional[TagSets], num_categories: int
) -> _Clusters:
    """Read the tags of all pixels of instances of one image, and put further ones behind."""
    owners, pixels = instances.masks.flatten(1).nonzero(as_tuple=True)
    maps = tags_of_categories(tags, torch.arange(num_categories), num_categories)
    values = maps[instances.categories[owners], :, pixels]
    counts = instances.masks.flatten(1).sum(1)
    if further is not None:
        own, place = further.counted.nonzero(as_tuple=True)
        owners, values = torch.cat([owners, own]), torch.cat([values, further.values[own, place]])
        counts = counts + further.counted.sum(1)
    sums = values.new_zeros(len(counts), values.shape[1]).index_add(0, owners, values)
    means = sums / counts.clamp(min=1)[:, None]
    return _Clusters(values, owners, counts, means, instances.categories)
