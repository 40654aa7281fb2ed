"""Which instance is seen at which pixel: what every data set is read to."""

from typing import Iterable, List, NamedTuple

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


def paint_instances(
    masks: Iterable[np.ndarray], categories: List[int], void: np.ndarray
) -> InstanceMap:
    """Lay masks over each other, the smallest on top: what is in front is seen whole.

    Args:
        masks (iterable): Of each instance, (H, W), bool.
        categories (list): Index of each one's category.
        void (np.ndarray): What does not count where no instance is, (H, W), bool.

    Returns:
        InstanceMap: In the order of the masks, also of those that are hidden.
    """
    labels = np.where(void, VOID, 0).astype(np.int32)
    masks = list(masks)
    for n in sorted(range(len(masks)), key=lambda n: -np.count_nonzero(masks[n])):
        labels[masks[n]] = n + 1
    return InstanceMap(labels, np.array(categories, np.int64))
