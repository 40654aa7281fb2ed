"""Smoothing of keypoints over frames."""

from dataclasses import dataclass
from math import pi
from typing import Dict, Iterable, Optional, Union

import numpy as np

from mmpose_ae.options import check_between


@dataclass
class _State:
    """What a filter remembers of one person."""

    frame: int
    keypoints: np.ndarray  # (K, 2), smoothed
    speed: np.ndarray  # (K, 2), smoothed, in pixels per frame
    found: np.ndarray  # (K,)


class OneEuroSmoothing:
    """The one-euro filter (Casiez et al. 2012): what moves slowly is smoothed most.

    A keypoint that was not found is left as it is, and starts anew where it is found again.

    Args:
        frame_rate (float): Frames per second.
        min_cutoff (float): Cutoff frequency of what stands still, in Hz.
        beta (float): How much the cutoff rises with the speed, in Hz per pixel per frame.
        derivative_cutoff (float, optional): Cutoff frequency of the speed, in Hz; the frame rate by
            default. The defaults are MMPose's.

    Raises:
        ValueError: If an option is out of range.
    """

    def __init__(
        self,
        frame_rate: float,
        min_cutoff: float = 1.7,
        beta: float = 0.3,
        derivative_cutoff: Optional[float] = None,
    ) -> None:
        if derivative_cutoff is None:
            derivative_cutoff = frame_rate
        least = np.finfo(np.float32).tiny
        check_between('frame_rate', frame_rate, least)
        check_between('min_cutoff', min_cutoff, least)
        check_between('beta', beta)
        check_between('derivative_cutoff', derivative_cutoff, least)
        self.frame_rate = frame_rate
        self.min_cutoff = min_cutoff
        self.beta = beta
        self.derivative_cutoff = derivative_cutoff
        self.reset()

    def reset(self) -> None:
        """Forget everybody."""
        self._states: Dict[int, _State] = {}

    def keep(self, ids: Iterable[int]) -> None:
        """Forget everybody but these."""
        self._states = {key: state for key, state in self._states.items() if key in set(ids)}

    def __call__(
        self, person: int, frame: int, keypoints: np.ndarray, found: np.ndarray
    ) -> np.ndarray:
        """Smooth the keypoints of a person in a frame.

        Args:
            person (int): Id of the person.
            frame (int): Number of the frame, greater than the person's last one.
            keypoints (np.ndarray): (K, 2), in pixels.
            found (np.ndarray): Which keypoints were found, (K,), bool.

        Returns:
            np.ndarray: (K, 2), in the type of the keypoints.
        """
        state = self._states.get(person)
        smooth, speed = keypoints.astype(float), np.zeros(keypoints.shape)
        if state is not None:
            elapsed = frame - state.frame
            going_on = (found & state.found)[:, None]
            moved = (smooth - state.keypoints) / elapsed
            weight = self._weight(self.derivative_cutoff, elapsed)
            speed = np.where(going_on, weight * moved + (1 - weight) * state.speed, 0)
            weight = self._weight(self.min_cutoff + self.beta * np.abs(speed), elapsed)
            blended = weight * smooth + (1 - weight) * state.keypoints
            smooth = np.where(going_on, blended, smooth)
        self._states[person] = _State(frame, smooth, speed, found)
        return smooth.astype(keypoints.dtype)

    def _weight(self, cutoff: Union[float, np.ndarray], elapsed: int) -> Union[float, np.ndarray]:
        """Weight of a new value in a low-pass filter, for a cutoff frequency in Hz."""
        rate = 2 * pi * cutoff * elapsed / self.frame_rate
        return rate / (rate + 1)
