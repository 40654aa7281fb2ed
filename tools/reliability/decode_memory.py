"""Campaign: thousands of images decoded one after the other; memory must stay where it is."""

import ctypes
from functools import partial
from pathlib import Path
from resource import getpagesize
from typing import Dict, Tuple

import numpy as np
import torch
from extreme_values import pick
from isolation import count_outcomes
from outcomes import RIGHT, WRONG, Outcome

from mmpose_ae.codecs import Maps
from mmpose_ae.ops import gaussian_heatmaps
from mmpose_ae.registry import KEYPOINT_CODECS

KEYPOINTS, STRIDE = 17, 4
SIZES = ((32, 32), (48, 32), (32, 60), (64, 64))  # cells
GROUPINGS = ('DensityGrouping', 'GreedyGrouping')
TAG_SIZES = (1, 8)
SETTINGS = [(grouping, tag_size) for grouping in GROUPINGS for tag_size in TAG_SIZES]
WARM_UP = 0.25  # part of the images after which memory is measured
LIMIT = 8.0  # MB that the rest may add
TIME_LIMIT = 3600.0  # s


def decode_for_long(count: int, seed: int, folder: Path) -> Dict[str, int]:
    """Decode many images and measure by how much the process grows.

    Args:
        count (int): Number of images, a quarter of them for each setting.
        seed (int): Of the images.
        folder (Path): Not used: nothing is written.

    Returns:
        dict: See :func:`outcomes.count_kinds`; images of a setting that grows are wrong.
    """
    images = max(count // len(SETTINGS), 1)
    judged = partial(judge, seed=seed, images=images)
    counts = count_outcomes('memory', judged, len(SETTINGS), limit=TIME_LIMIT)
    return {name: images * settings for name, settings in counts.items()}


def judge(number: int, seed: int, images: int) -> Outcome:
    """Judge how memory develops with one setting."""
    rng = np.random.default_rng([seed, number])
    grouping, tag_size = SETTINGS[number]
    for index in range(images):
        if index == int(WARM_UP * images):
            before = _resident()
        _decode(rng, grouping, tag_size)
    grown = _resident() - before
    said = f'{grouping}, tags of {tag_size}: {grown:.1f} MB more after {images} images'
    return Outcome(WRONG if grown > LIMIT else RIGHT, said)


def _decode(rng: np.random.Generator, grouping: str, tag_size: int) -> None:
    """Decode an image of a few people, and of what a network sees besides."""
    size, people = pick(rng, SIZES), int(rng.integers(1, 15))
    middles = rng.uniform(10, np.subtract(size, 10), (people, 1, 2))
    cells = torch.from_numpy(middles + rng.normal(scale=5, size=(people, KEYPOINTS, 2)))
    visible = torch.from_numpy(rng.random((people, KEYPOINTS)) < 0.8)
    heatmaps = gaussian_heatmaps(cells[None], visible[None], size, 2.0, rounded=False)
    noise = rng.uniform(0, 0.103, heatmaps.shape).astype(np.float32)
    tags = rng.normal(scale=0.2, size=(1, tag_size * KEYPOINTS, *size[::-1]))
    tags += 4 * _nearest(middles[:, 0], size)
    codec = KEYPOINT_CODECS.build(
        dict(
            type='mmpose_ae.AEDecoder',
            input_size=tuple(STRIDE * side for side in size),
            heatmap_size=size,
            grouping=dict(type=grouping),
        )
    )
    codec.group(
        codec.propose(Maps(heatmaps + torch.from_numpy(noise), torch.from_numpy(tags).float()))
    )


def _nearest(middles: np.ndarray, size: Tuple[int, int]) -> np.ndarray:
    """Which of the people (N, 2) is nearest, (H, W)."""
    columns, rows = np.meshgrid(*map(np.arange, size))
    x, y = middles.T[..., None, None]
    return ((columns - x) ** 2 + (rows - y) ** 2).argmin(0)


def _resident() -> float:
    """Memory of the process that is in use, in MB; needs Linux and its C library.

    What was freed goes back first: the allocator keeps tens of MB of it, more or less by chance.
    """
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * getpagesize() / 2**20
