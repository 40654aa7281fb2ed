"""The tags of pixels that instances consist of, as the losses read them."""

from typing import NamedTuple, Sequence

import torch
from torch import Tensor


class PixelInstances(NamedTuple):
    """The annotated instances of one image, in cells of the tag maps.

    Attributes:
        masks (Tensor): (N, h, w), bool; empty for an instance of which no cell is seen.
        categories (Tensor): Index of each one's category, (N,), int64.
        seed (int): Of the sampling of its pixels.
    """

    masks: Tensor
    categories: Tensor
    seed: int


class TagSets(NamedTuple):
    """A set of tags for each instance of one image.

    Attributes:
        values (Tensor): (N, S, L), float32 at least.
        counted (Tensor): Which of them are there, (N, S), bool.
        categories (Tensor): (N,), int64. Instances of different categories have nothing to do with
            each other: their tags are in different maps.
    """

    values: Tensor
    counted: Tensor
    categories: Tensor


def join_tags(first: TagSets, second: TagSets) -> TagSets:
    """One set of tags for each instance of an image, of two for the same instances."""
    return TagSets(
        torch.cat([first.values, second.values], dim=1),
        torch.cat([first.counted, second.counted], dim=1),
        first.categories,
    )


def sample_pixels(masks: Tensor, count: int, seed: int) -> Tensor:
    """Draw pixels of masks at random, each as likely as the others, with replacement.

    Args:
        masks (Tensor): (N, P), bool.
        count (int): S; a mask may have fewer pixels.
        seed (int): Of the draw: it depends on nothing else, neither on the rest of the batch nor
            on the device.

    Returns:
        Tensor: Indices of pixels, (N, S), int64; anything inside the map where a mask is empty.
    """
    generator = torch.Generator().manual_seed(seed)
    draw = torch.rand(len(masks), count, generator=generator, dtype=torch.float64)
    so_far = masks.cumsum(1)  # the r-th pixel of a mask is the first at which this is r
    rank = (draw.to(masks.device) * so_far[:, -1:]).long() + 1
    return torch.searchsorted(so_far, rank).clamp(max=masks.shape[1] - 1)


def tags_of_categories(tags: Tensor, categories: Tensor, num_categories: int) -> Tensor:
    """The tag maps of instances: those of their categories.

    Args:
        tags (Tensor): Maps of one image, (L * C, h, w), channel ``l * C + c``.
        categories (Tensor): (N,), int64.
        num_categories (int): C.

    Returns:
        Tensor: (N, L, h * w), float32 at least.
    """
    maps = tags.flatten(1).unflatten(0, (-1, num_categories)).transpose(0, 1)
    return maps[categories].to(torch.promote_types(tags.dtype, torch.float32))


def sample_tags(
    tags: Tensor, instances: Sequence[PixelInstances], num_categories: int, count: int
) -> Sequence[TagSets]:
    """Read the tags of sampled pixels of every instance.

    Args:
        tags (Tensor): Tag maps of a batch, (B, L * C, h, w), channel ``l * C + c``.
        instances (sequence[PixelInstances]): Of each image.
        num_categories (int): C.
        count (int): How many pixels of an instance.

    Returns:
        list[TagSets]: Of each image, with S = ``count``.
    """
    return [_sample(*image, num_categories, count) for image in zip(tags, instances)]


def _sample(tags: Tensor, instances: PixelInstances, num_categories: int, count: int) -> TagSets:
    masks = instances.masks.flatten(1)
    index = sample_pixels(masks, count, instances.seed)
    maps = tags_of_categories(tags, instances.categories, num_categories)
    values = maps.gather(2, index[:, None].expand(-1, maps.shape[1], -1)).transpose(1, 2)
    counted = masks.any(1)[:, None].expand(-1, count)
    return TagSets(values, counted, instances.categories)
