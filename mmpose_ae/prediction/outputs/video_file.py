"""A video that is written frame by frame."""

import warnings
from pathlib import Path
from typing import Optional, Tuple

import cv2
import numpy as np

SAME_TIME = 0.05  # of a frame: times are rounded
# What OpenCV's packages can write everywhere. Browsers play the second alone; OpenCV says that its
# code does not fit, and writes it.
CODECS = {'.mp4': 'mp4v', '.webm': 'VP80'}


class VideoFile:
    """One video that is being written, without sound.

    All its frames are equally long. A frame that comes later than its place repeats the one before
    until then, and one that comes more than a place too early is left out, which a warning tells,
    so that sound fits whatever the source's frames are like.

    Args:
        path (Path): The file; its suffix says the codec.
        fps (float): Frames per second.
        size (tuple): Width and height; frames of another size are resized. Codecs need even
            numbers: the last column or row of odd ones is there twice.

    Raises:
        OSError: The video cannot be written.
    """

    def __init__(self, path: Path, fps: float, size: Tuple[int, int]) -> None:
        self.path, self.fps, self.size = path, fps, size
        self._right, self._below = size[0] % 2, size[1] % 2
        code = cv2.VideoWriter_fourcc(*CODECS[path.suffix])
        even = (size[0] + self._right, size[1] + self._below)
        self._writer = cv2.VideoWriter(str(path), code, fps, even)
        if not self._writer.isOpened():
            raise OSError(f'{path} cannot be written as a video of {size[0]}x{size[1]} pixels')
        self._written = self._left_out = 0
        self._last: Optional[np.ndarray] = None

    def add(self, image: np.ndarray, time: float) -> None:
        """Add a frame.

        Args:
            image (np.ndarray): (H, W, 3), BGR, uint8.
            time (float): Seconds from the start of the video to this frame.
        """
        place = time * self.fps
        if self._written - place > 1 + SAME_TIME:
            self._left_out += 1
            return
        if image.shape[1::-1] != self.size:
            image = cv2.resize(image, self.size)
        image = cv2.copyMakeBorder(image, 0, self._below, 0, self._right, cv2.BORDER_REPLICATE)
        while place - self._written >= 1 - SAME_TIME:
            self._write(image if self._last is None else self._last)
        self._write(image)
        self._last = image

    def close(self) -> Path:
        """Finish the file.

        Returns:
            Path: The file.
        """
        self._writer.release()
        if self._left_out:
            warnings.warn(
                f'{self.path} has {self.fps:g} frames per second: {self._left_out} frames that '
                'came faster than that are not in it',
                stacklevel=2,
            )
        return self.path

    def _write(self, image: np.ndarray) -> None:
        self._writer.write(image)
        self._written += 1
