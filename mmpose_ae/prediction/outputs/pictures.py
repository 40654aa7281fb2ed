"""Pictures and videos with the people drawn on them."""

from pathlib import Path
from typing import List, Optional

import cv2

from ..prediction import Prediction
from ..sources import Video
from .names import Names
from .output import Header
from .sound import add_sound
from .video_file import VideoFile


class Pictures:
    """``pictures/NAME.jpg`` of each picture, and ``videos/NAME.mp4`` of each video.

    A video has the frame rate of its source, and its sound where PyAV is installed. Its frames are
    equally long: where those of the source are not, see :class:`VideoFile`. The size is that of the
    first frame; streams that change it are resized.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._pictures = Names(folder / 'pictures', '.jpg')
        self._videos = Names(folder / 'videos', '.mp4')
        self._threshold = header.keypoint_threshold
        self._file: Optional[VideoFile] = None  # of the video that is in progress
        self._video: Optional[Video] = None  # what that is of
        self._paths: List[Path] = []

    def write(self, prediction: Prediction) -> None:
        """Draw the people of a picture."""
        drawn, video = prediction.draw(self._threshold), prediction.video
        if self._file and self._video is not video:  # the same file again is another video
            self._finish_video()
        if video is None:
            path = self._pictures.choose(prediction.path)
            if not cv2.imwrite(str(path), drawn):
                raise OSError(f'{path} cannot be written')
            self._paths.append(path)
            return
        if self._file is None:
            self._file = VideoFile(self._videos.choose(video.name), video.fps, prediction.size)
            self._video = video
        self._file.add(drawn, prediction.time)

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Finish the last video."""
        self._finish_video()
        return self._paths

    def _finish_video(self) -> None:
        if self._file:
            path = self._file.close()
            if not self._video.live:
                add_sound(path, self._video.name)
            self._paths.append(path)
            self._file = None
