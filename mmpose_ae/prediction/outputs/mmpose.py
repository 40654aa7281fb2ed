"""JSON as MMPose's inferencer and its video demo write it."""

import json
from collections import defaultdict
from pathlib import Path
from typing import List, Optional

from ..prediction import Prediction
from .names import Names
from .output import Header


class MMPoseJson:
    """``mmpose/NAME.json`` of each picture: a list of people; of a video a list of frames.

    MMPose's keys, and ``keypoints_filled``: which keypoints were only filled in.

    Args:
        folder (Path): Where to write.
        header (Header): Of the run.
    """

    def __init__(self, folder: Path, header: Header) -> None:
        self._names = Names(folder / 'mmpose', '.json')
        self._videos = defaultdict(list)
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
            )
            for n, box in enumerate(prediction.poses.boxes)
        ]
        if prediction.video is None:
            self._save(self._names.choose(prediction.path), people)
        else:
            self._videos[prediction.video.name].append(
                dict(frame_id=prediction.frame, instances=people)
            )

    def fail(self, path: Optional[str], frame: Optional[int], reason: str) -> None:
        """Leave out a picture that could not be read."""

    def close(self) -> List[Path]:
        """Write the files of the videos."""
        for name, frames in self._videos.items():
            self._save(self._names.choose(name), frames)
        return self._paths

    def _save(self, path: Path, content: list) -> None:
        path.write_text(json.dumps(content) + '\n')
        self._paths.append(path)
