"""Somebody who walks to and fro: a figure for every frame."""

import math
from typing import Dict, List, NamedTuple, Optional

import numpy as np

from .clothing import Clothing, sample_clothing
from .figure import Figure
from .skeleton import sample_angles, view_pose

PACE = 0.03  # greatest speed, in heights per frame
STRIDE = 0.75  # way of two steps, in heights
AWAY = 0.2  # chance of somebody who is seen from behind
TURN = 60.0  # degrees between the way that somebody looks and the viewer, at full speed


class Walker(NamedTuple):
    """Somebody whose hips swing like a pendulum about a place, without sudden turns.

    Attributes:
        clothing (Clothing): The colors.
        height (float): Height in pixels.
        angles (dict): The angles of the body at rest, by name.
        away (bool): Whether the back is turned to the viewer.
        center (np.ndarray): Middle of the way, (x, y) in pixels.
        reach (float): From there to where the person turns, in pixels.
        phase (float): Phase of the swing at the first frame.
    """

    clothing: Clothing
    height: float
    angles: Dict[str, float]
    away: bool
    center: np.ndarray
    reach: float
    phase: float

    @property
    def rate(self) -> float:
        """Phase of the swing that a frame takes."""
        return PACE * self.height / self.reach

    def place(self, frame: float) -> np.ndarray:
        """Where the middle of the hips is, (x, y) in pixels."""
        swing = self.reach * math.cos(self.phase + self.rate * frame)
        return self.center + [swing, 0.0]

    def direction(self, frame: float) -> float:
        """Velocity in parts of the greatest, from -1 (to the left) to 1."""
        return -math.sin(self.phase + self.rate * frame)

    def figure(self, frame: int) -> Figure:
        """The person in a frame, in step with the way gone."""
        direction = self.direction(frame)
        yaw = -TURN * direction if not self.away else 180 + TURN * direction
        pose = view_pose(self._stride(frame), yaw, 0.0)
        return Figure(pose, self.clothing, self.height, tuple(self.place(frame)))

    def _stride(self, frame: int) -> Dict[str, float]:
        """Angles of the body, arms against legs; who turns stands upright."""
        step = 2 * math.pi * self.place(frame)[0] / (STRIDE * self.height)
        effort = abs(self.direction(frame))
        angles = dict(self.angles)
        for side, name in ((1, 'left_'), (-1, 'right_')):
            swing = side * effort * math.sin(step)
            angles[name + 'thigh_raise'] += 24 * swing
            angles[name + 'knee'] += 30 * effort * max(0.0, side * math.cos(step))
            angles[name + 'arm_raise'] -= 22 * swing
        return angles


def sample_walker(
    height: float, center: np.ndarray, reach: float, phase: float, rng: np.random.Generator
) -> Walker:
    """Draw who walks a way.

    Args:
        height (float): Height in pixels.
        center (np.ndarray): Middle of the way, (x, y) in pixels.
        reach (float): From there to where the person turns, in pixels.
        phase (float): Phase of the swing at the first frame.
        rng (np.random.Generator): Source of randomness.

    Returns:
        Walker: With clothes and a posture of their own.
    """
    clothing, angles = sample_clothing(rng), sample_angles(rng, 'standing')
    return Walker(clothing, height, angles, bool(rng.random() < AWAY), center, reach, phase)


def sample_way(
    height: float, size: np.ndarray, meets: Optional[Walker], at: float, rng: np.random.Generator
) -> Walker:
    """Draw somebody who walks somewhere, or towards somebody.

    Args:
        height (float): Height in pixels.
        size (np.ndarray): Width and height of the image.
        meets (Walker, optional): Whom this one passes, going the other way; None goes anywhere.
        at (float): Frame at which they pass.
        rng (np.random.Generator): Source of randomness.

    Returns:
        Walker: The one who walks there.
    """
    reach = rng.uniform(0.1, 0.35) * size[0]
    phase = rng.uniform(0, 2 * math.pi)
    center = rng.uniform((0.3, 0.4), (0.7, 0.65)) * size
    if meets is not None:
        heading = meets.phase + meets.rate * at + math.pi
        phase = heading - PACE * height / reach * at
        center = meets.place(at) + [-reach * math.cos(heading), rng.normal(0, 0.06 * height)]
    return sample_walker(height, center, reach, phase, rng)


def far_to_near(walkers: List[Walker]) -> List[int]:
    """Order in which people hide each other, the same in all frames: by where they stand."""
    feet = [walker.center[1] + walker.height / 2 for walker in walkers]
    return np.argsort(feet, kind='stable').tolist()
