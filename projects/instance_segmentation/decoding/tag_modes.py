"""Which tags the instances have: where the tags of a mask's pixels pile up."""

import numpy as np

from mmpose_ae.grouping import DensityGrouping
from mmpose_ae.options import check_positive, refuse_unknown_options
from mmpose_ae.registry import TASK_UTILS

from .pixel_grouping import check_finite


@TASK_UTILS.register_module()
@refuse_unknown_options
class TagHistogram:
    """The highest bins of a histogram, as Associative Embedding; for tags of one dimension.

    Args:
        reach (float): Around each tag that is taken, others closer than this are not.
        bin_width (float): Of the histogram.
    """

    def __init__(self, reach: float = 0.7, bin_width: float = 0.1) -> None:
        check_positive('reach', reach)
        check_positive('bin_width', bin_width)
        self.reach = reach
        self.bin_width = bin_width

    def __call__(self, tags: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Find the tags of instances.

        Args:
            tags (np.ndarray): Of the pixels of a mask, (P, 1).
            scores (np.ndarray): How sure the mask is, (P,). Not used: each pixel counts once.

        Returns:
            np.ndarray: (N, 1), float64, the most frequent first.

        Raises:
            ValueError: If tags have several dimensions, or are NaN or infinite.
        """
        check_finite(scores, tags)
        if tags.shape[1] != 1:
            raise ValueError(
                f'TagHistogram takes tags of one dimension, got {tags.shape[1]}: use TagDensity'
            )
        bins, counts = np.unique(np.floor(tags[:, 0] / self.bin_width), return_counts=True)
        modes = []
        while counts.any():  # non-maximum suppression
            best = bins[counts.argmax()]
            modes.append((best + 0.5) * self.bin_width)
            counts[np.abs(bins - best) * self.bin_width < self.reach] = 0
        return np.reshape(modes, (-1, 1))


@TASK_UTILS.register_module()
@refuse_unknown_options
class TagDensity:
    """Where the density of tags peaks, found as in the grouping of poses; for tags of any size.

    Args:
        reach (float): Distance at which a tag counts for a peak no more; peaks are at least half
            of it apart.
    """

    def __init__(self, reach: float = 1.4) -> None:
        check_positive('reach', reach)
        self.density = DensityGrouping(reach=reach)

    def __call__(self, tags: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """Find the tags of instances.

        Args:
            tags (np.ndarray): Of the pixels of a mask, (P, L).
            scores (np.ndarray): How sure the mask is, (P,).

        Returns:
            np.ndarray: (N, L), float64.
        """
        return self.density.find_modes(tags, scores)
