"""The colors under keypoints: who somebody is, whatever the network, without any training."""

from dataclasses import dataclass

import numpy as np

from mmpose_ae.grouping.poses import Poses
from mmpose_ae.options import check_between

from .track import mixing_weight

_AROUND = np.array([(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)])


@dataclass(frozen=True)
class ColorCue:
    """How much colors say of who somebody is.

    Differences are of colors with channels from 0 to 1, averaged over keypoints.

    Attributes:
        scale (float): Difference at which the similarity falls to exp(-1/2).
        hidden_scale (float): The same for somebody who was not seen in the frame before. People who
            cross show each other's colors, so that of them colors say less.
        weight (float): Part of a track's colors that the newest frame tells, above 0; of the first
            frames each tells as much.

    Raises:
        ValueError: An option is out of range.
    """

    scale: float = 0.5
    hidden_scale: float = 0.2
    weight: float = 0.1

    def __post_init__(self) -> None:
        tiny, large = np.finfo(np.float32).tiny, np.finfo(np.float32).max
        check_between('scale of colors', self.scale, tiny, large)
        check_between('hidden_scale of colors', self.hidden_scale, tiny, large)
        check_between('weight of colors', self.weight, tiny, 1)

    def compare(self, people: np.ndarray, tracks: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Similarity of the colors of each person to those of each track.

        Args:
            people (np.ndarray): (N, K, 3), NaN where a keypoint has none.
            tracks (np.ndarray): (M, K, 3), likewise.
            seen (np.ndarray): Which tracks were seen in the frame before, (M,), bool.

        Returns:
            np.ndarray: (N, M), from 0 to 1; 1 where no keypoint has a color in both.
        """
        distance = np.sqrt(np.square(people[:, None] - tracks).sum(-1))  # (N, M, K)
        both = np.isfinite(distance)
        mean = np.where(both, distance, 0).sum(-1) / np.maximum(both.sum(-1), 1)
        scale = np.where(seen, self.scale, self.hidden_scale)
        return np.exp(-np.square(mean) / (2 * scale**2))

    def mix(self, old: np.ndarray, new: np.ndarray, sightings: int) -> np.ndarray:
        """What a track remembers, (K, 3): a little of the new colors, and those it had not."""
        mixed = old + mixing_weight(self.weight, sightings) * (new - old)
        return np.where(np.isnan(old), new, np.where(np.isnan(new), old, mixed))


def keypoint_colors(image: np.ndarray, poses: Poses) -> np.ndarray:
    """Read the mean color of the 3x3 pixels around each keypoint.

    Args:
        image (np.ndarray): (H, W, 3), uint8.
        poses (Poses): N people, in its pixels.

    Returns:
        np.ndarray: (N, K, 3), float32, from 0 to 1; NaN where a keypoint was not found, was only
        filled in, or lies outside.

    Raises:
        ValueError: It is no such image.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ValueError(
            f'colors are read of images (H, W, 3) of uint8, got {image.shape} of {image.dtype}'
        )
    size = np.array(image.shape[1::-1])
    place = np.rint(poses.keypoints).astype(np.int64)
    known = (poses.keypoint_scores > 0) & ((place >= 0) & (place < size)).all(-1)
    if poses.filled is not None:
        known &= ~poses.filled
    x, y = np.moveaxis((place[..., None, :] + _AROUND).clip(0, size - 1), -1, 0)  # (N, K, 9)
    colors = image[y, x].mean(2, dtype=np.float32) / 255
    return np.where(known[..., None], colors, np.float32('nan'))
