"""Pictures and videos with the people drawn on them."""

from pathlib import Path
from typing import List, Optional

import cv2

from ..prediction import Prediction
from ..sources import Video
from .names import Names
from .output import Header
from .sound import add_sound

CODEC = 'mp4v'  # what OpenCV's packages can write everywhere


class Pictures:
    """``pictures/NAME.jpg`` of each picture, and ``videos/NAME.mp4`` of each video.

    A video has the frame rate of its source, and its sound where PyAV is installed. The size is
    that of the first frame; streams that change it are resized.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._pictures = Names(folder / 'pictures', '.jpg')
        self._videos = Names(folder / 'videos', '.mp4')
        self._threshold = header.keypoint_threshold
        self._file: Optional[_VideoFile] = None  # of the video that is in progress
        self._paths: List[Path] = []

    def write(self, prediction: Prediction) -> None:
        """Draw the people of a picture."""
        drawn, video = prediction.draw(self._threshold), prediction.video
        if self._file and self._file.video is not video:  # the same file again is another video
            self._finish_video()
        if video is None:
            path = self._pictures.choose(prediction.path)
            if not cv2.imwrite(str(path), drawn):
                raise OSError(f'{path} cannot be written')
            self._paths.append(path)
            return
        if self._file is None:
            self._file = _VideoFile(self._videos.choose(video.name), video, prediction.size)
        self._file.add(drawn)

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Finish the last video."""
        self._finish_video()
        return self._paths

    def _finish_video(self) -> None:
        if self._file:
            self._paths.append(self._file.close())
            self._file = None


class _VideoFile:
    """One video that is being written."""

    def __init__(self, path: Path, video: Video, size: tuple) -> None:
        self.path, self.video, self.size = path, video, size
        code = cv2.VideoWriter_fourcc(*CODEC)
        self._writer = cv2.VideoWriter(str(path), code, video.fps, size)
        if not self._writer.isOpened():
            raise OSError(f'{path} cannot be written as a video of {size[0]}x{size[1]} pixels')

    def add(self, image: 'cv2.typing.MatLike') -> None:
        if image.shape[1::-1] != self.size:
            image = cv2.resize(image, self.size)
        self._writer.write(image)

    def close(self) -> Path:
        self._writer.release()
        if not self.video.live:
            add_sound(self.path, self.video.name)
        return self.path
