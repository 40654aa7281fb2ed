"""A video of a crowd: people walk, cross and hide each other, and keep their numbers."""

from typing import Iterator

import numpy as np

from .board import sample_board
from .scene import Scene, compose, draw_height, draw_labels, paint_surroundings
from .settings import Settings
from .walker import far_to_near, sample_way

MEETING = (0.3, 0.7)  # parts of a clip between which people pass each other
_CLIPS = 1  # keeps the seeds of clips apart from those of images


def make_clip(seed: int, index: int, settings: Settings, frames: int) -> Iterator[Scene]:
    """Make one video; nothing but the arguments decides what is on it.

    Args:
        seed (int): Seed of the data set.
        index (int): Number of the video in it.
        settings (Settings): What the videos have in common; ``crowding`` is the chance that
            somebody's way leads past somebody else, ``hidden`` for how many frames, in the middle,
            a board hides a part of what is there.
        frames (int): Length; people pass each other around the middle.

    Yields:
        Scene: The frames; a person's number is the same in all of them.
    """
    rng = np.random.default_rng((seed, index, _CLIPS))
    image, crowd = paint_surroundings(settings, rng)
    labelled = draw_labels(settings, rng)
    walkers = []
    for _ in labelled:
        height = draw_height(settings, labelled, rng)
        joins = walkers and rng.random() < settings.crowding
        meets = walkers[rng.integers(len(walkers))] if joins else None
        at = rng.uniform(*MEETING) * frames
        walkers.append(sample_way(height, np.array(settings.size), meets, at, rng))
    order = far_to_near(walkers)
    labelled = [labelled[i] for i in order]
    board = sample_board(settings.size, rng)
    start = (frames - settings.hidden) // 2
    for frame in range(frames):
        figures = [walkers[i].figure(frame) for i in order]
        in_front = board if start <= frame < start + settings.hidden else None
        yield compose(
            image.copy(), crowd.copy(), figures, labelled, settings.keypoint_names, board=in_front
        )
