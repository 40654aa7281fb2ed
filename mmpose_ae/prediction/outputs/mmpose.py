"""JSON as MMPose's inferencer and its video demo write it."""

import json
from pathlib import Path
from typing import List, Optional

from ..prediction import Prediction
from ..sources import Video
from .names import Names
from .output import Header


class MMPoseJson:
    """``mmpose/NAME.json`` of each picture: a list of people; of a video a list of frames.

    MMPose's keys, and ``keypoints_filled``: which keypoints were only filled in; ``track_id`` of
    those who are tracked, and ``mask``, run lengths, of networks that find masks.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._names = Names(folder / 'mmpose', '.json')
        self._video: Optional[Video] = None  # the one in progress, and its frames
        self._frames: List[dict] = []
        self._paths: List[Path] = []

    def write(self, prediction: Prediction) -> None:
        """Add the people of a picture."""
        people = [
            dict(
                keypoints=prediction.poses.keypoints[n].tolist(),
                keypoint_scores=prediction.poses.keypoint_scores[n].tolist(),
                keypoints_filled=prediction.filled[n].tolist(),
                bbox=[box.tolist()],
                bbox_score=float(prediction.poses.instance_scores[n]),
                **({} if prediction.ids is None else dict(track_id=int(prediction.ids[n]))),
                **({} if prediction.masks is None else dict(mask=prediction.masks[n])),
            )
            for n, box in enumerate(prediction.poses.boxes)
        ]
        if self._video is not prediction.video:  # the same file again is another video
            self._finish_video()
        if prediction.video is None:
            self._save(self._names.choose(prediction.path), people)
        else:
            self._video = prediction.video
            self._frames.append(dict(frame_id=prediction.frame, instances=people))

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Write the file of the last video."""
        self._finish_video()
        return self._paths

    def _finish_video(self) -> None:
        if self._video:
            self._save(self._names.choose(self._video.name), self._frames)
            self._video, self._frames = None, []

    def _save(self, path: Path, content: list) -> None:
        path.write_text(json.dumps(content) + '\n')
        self._paths.append(path)
