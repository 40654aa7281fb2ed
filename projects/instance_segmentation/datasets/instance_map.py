"""Which instance is seen at which pixel: what every data set is read to."""

from typing import NamedTuple, Sequence

import numpy as np

VOID = -1


class InstanceMap(NamedTuple):
    """The instances of one image, without overlaps.

    Attributes:
        labels (np.ndarray): (H, W), int32: 0 is background, n + 1 instance n, :data:`VOID` what
            counts neither as one nor as the other.
        categories (np.ndarray): Index of each instance's category, (N,), int64.
    """

    labels: np.ndarray
    categories: np.ndarray

    def masks(self) -> np.ndarray:
        """Where each instance is seen, (N, H, W), bool."""
        return self.labels == np.arange(1, len(self.categories) + 1)[:, None, None]

    def areas(self) -> np.ndarray:
        """How many pixels of each instance are seen, (N,)."""
        return np.bincount(self.labels[self.labels > 0], minlength=len(self.categories) + 1)[1:]

    def seen(self) -> 'InstanceMap':
        """The same without instances of which nothing is seen, numbered anew."""
        there = self.areas() > 0
        numbers = np.concatenate([[0], there.cumsum() * there, [VOID]])  # the last one is -1
        return InstanceMap(numbers[self.labels].astype(np.int32), self.categories[there])


def paint_instances(
    masks: Sequence[np.ndarray], categories: Sequence[int], void: np.ndarray
) -> InstanceMap:
    """Lay masks over each other, the smallest on top: what is in front is seen whole.

    Args:
        masks (sequence[np.ndarray]): Of each instance, (H, W), bool.
        categories (sequence): Index of each one's category.
        void (np.ndarray): What does not count where no instance is, (H, W), bool.

    Returns:
        InstanceMap: In the order of the masks, hidden ones included.
    """
    labels = np.where(void, VOID, 0).astype(np.int32)
    for n in sorted(range(len(masks)), key=lambda n: -np.count_nonzero(masks[n])):
        labels[masks[n]] = n + 1
    return InstanceMap(labels, np.array(categories, np.int64))
