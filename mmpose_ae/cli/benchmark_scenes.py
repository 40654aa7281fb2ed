"""Maps as a network might give them for people side by side, for the benchmarks of decoding."""

from typing import NamedTuple, Tuple

import numpy as np
import torch
from torch import Tensor

from mmpose_ae.frame import Grid
from mmpose_ae.ops import gaussian_heatmaps

KEYPOINTS = 17
STRIDE = 4
SLOT = 16  # cells between people: no two keypoints of a type are closer than half of it
SIGMA = 2.0
TAG_RADIUS = 3  # cells around a keypoint that carry its tag
TAG_MARGIN = 2.0  # distance between the tags of people


class Scene(NamedTuple):
    """The maps of a network, and the keypoints that they show."""

    heatmaps: Tensor  # (1, K, H, W)
    tags: Tensor  # (1, L * K, H, W)
    keypoints: np.ndarray  # (N, K, 2), pixels of the input

    def to(self, device: str) -> 'Scene':
        """Move the maps."""
        return self._replace(heatmaps=self.heatmaps.to(device), tags=self.tags.to(device))


def make_scene(
    people: int, tag_dim: int, size: Tuple[int, int], missing: float = 0.2, tag_noise: float = 0.3
) -> Scene:
    """Make the maps that a network might give for people side by side.

    Args:
        people (int): Number of people, N.
        tag_dim (int): Tag size, L.
        size (tuple): Input size (w, h) in pixels, with heatmaps of a quarter.
        missing (float): Part of the keypoints that are not there.
        tag_noise (float): Length of the random difference between a keypoint's tag and its
            person's, root mean square.

    Returns:
        Scene: Gaussians of height 1, and tags in discs around their centers.
    """
    rng = np.random.default_rng(0)
    grid = Grid(tuple(side // STRIDE for side in size), (STRIDE, STRIDE))
    columns, rows = (side // SLOT for side in grid.size)
    if people > columns * rows:
        raise ValueError(f'{size[0]}x{size[1]} has room for {columns * rows} people, not {people}')
    slots = rng.permutation(columns * rows)[:people, None]
    centers = (np.stack([slots % columns, slots // columns], axis=-1) + 0.5) * SLOT
    cells = centers + rng.uniform(-SLOT / 4, SLOT / 4, (people, KEYPOINTS, 2))
    visible = rng.random((people, KEYPOINTS)) >= missing
    noise = rng.normal(scale=tag_noise / tag_dim**0.5, size=(people, KEYPOINTS, tag_dim))
    drawn = torch.from_numpy(cells)[None], torch.from_numpy(visible)[None]
    heatmaps = gaussian_heatmaps(*drawn, grid.size, SIGMA, rounded=False)
    tags = draw_tags(cells, person_tags(people, tag_dim, rng)[:, None] + noise, grid.size)
    return Scene(heatmaps, tags, grid.to_pixels(cells))


def person_tags(people: int, tag_dim: int, rng: np.random.Generator) -> np.ndarray:
    """Tags (N, L) with at least the margin between any two, and between each and 0."""
    ladder = TAG_MARGIN * (1 + rng.permutation(people))
    return np.pad(ladder[:, None], [(0, 0), (0, tag_dim - 1)])


def draw_tags(cells: np.ndarray, tags: np.ndarray, size: Tuple[int, int]) -> Tensor:
    """Draw a disc of each tag (N, K, L) around its cell; maps (1, L * K, H, W)."""
    x, y = np.arange(size[0]), np.arange(size[1])[:, None]
    maps = np.zeros((tags.shape[2], tags.shape[1], size[1], size[0]), np.float32)
    for n, k in np.ndindex(tags.shape[:2]):
        disc = (x - cells[n, k, 0]) ** 2 + (y - cells[n, k, 1]) ** 2 <= TAG_RADIUS**2
        maps[:, k, disc] = tags[n, k, :, None]
    return torch.from_numpy(maps).flatten(0, 1)[None]
