"""A video that is written frame by frame."""

from pathlib import Path
from typing import Tuple

import cv2
import numpy as np

# What OpenCV's packages can write everywhere. Browsers play the second alone; OpenCV says that its
# code does not fit, and writes it.
CODECS = {'.mp4': 'mp4v', '.webm': 'VP80'}


class VideoFile:
    """One video that is being written, without sound.

    Args:
        path (Path): The file; its suffix says the codec.
        fps (float): Frames per second.
        size (tuple): Width and height; frames of another size are resized.

    Raises:
        OSError: The video cannot be written.
    """

    def __init__(self, path: Path, fps: float, size: Tuple[int, int]) -> None:
        self.path, self.size = path, size
        code = cv2.VideoWriter_fourcc(*CODECS[path.suffix])
        self._writer = cv2.VideoWriter(str(path), code, fps, size)
        if not self._writer.isOpened():
            raise OSError(f'{path} cannot be written as a video of {size[0]}x{size[1]} pixels')

    def add(self, image: np.ndarray) -> None:
        """Add a frame, (H, W, 3), BGR, uint8."""
        if image.shape[1::-1] != self.size:
            image = cv2.resize(image, self.size)
        self._writer.write(image)

    def close(self) -> Path:
        """Finish the file.

        Returns:
            Path: The file.
        """
        self._writer.release()
        return self.path
