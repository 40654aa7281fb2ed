"""Everybody that a model sees in an upload; who of them is shown is chosen afterwards."""

from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Callable, Iterable, Iterator, List, NamedTuple, Optional

import numpy as np

from mmpose_ae.pictures import plot_tags
from mmpose_ae.prediction import BasePredictor, Prediction, open_source
from mmpose_ae.prediction.drawing import person_colors, shown_keypoints
from mmpose_ae.prediction.outputs import Header, open_outputs
from mmpose_ae.prediction.outputs.video_file import VideoFile

from .uploads import Limits, check_length, check_upload

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Thresholds(NamedTuple):
    """Who and what is shown.

    Attributes:
        score (float): Least score of a person.
        keypoint (float): Least score of a keypoint.
    """

    score: float
    keypoint: float


@dataclass(frozen=True)
class Analysis:
    """What a model says of a picture or video. Its files go with it.

    Attributes:
        path (str): The picture or video.
        header (Header): What the model is.
        predictions (list[Prediction]): Of the picture, with it, or of each frame, without.
        folder (TemporaryDirectory): Where :meth:`write_json` and :meth:`write_video` write.
    """

    path: str
    header: Header
    predictions: List[Prediction]
    folder: TemporaryDirectory = field(default_factory=TemporaryDirectory)

    @property
    def is_video(self) -> bool:
        """Whether it is of a video."""
        return self.predictions[0].video is not None

    @property
    def is_gone(self) -> bool:
        """Whether it is of a video, which is read again, and that is no longer there."""
        return self.is_video and not Path(self.path).exists()

    def people(self, number: int, thresholds: Thresholds) -> Prediction:
        """The people to show of a frame, with its picture.

        Args:
            number (int): Of the frame; 0 of a picture.
            thresholds (Thresholds): Who is shown.
        """
        return self._load_frame(number).best(thresholds.score)

    def write_json(self, thresholds: Thresholds) -> Path:
        """Write the people of all frames as ``mmpose-ae predict`` does.

        Args:
            thresholds (Thresholds): Who is written.

        Returns:
            Path: ``people.json``.
        """
        header = self.header._replace(score_threshold=thresholds.score)
        (output,) = open_outputs(['json'], Path(self.folder.name), header)
        name = Path(self.path).name  # not where this computer keeps it
        for prediction in self.predictions:
            output.write(replace(prediction.best(thresholds.score), path=name))
        (path,) = output.close()
        return path

    def write_video(self, thresholds: Thresholds) -> Path:
        """Draw the people of all frames of a video.

        Args:
            thresholds (Thresholds): Who and what is drawn.

        Returns:
            Path: ``people.webm``, which browsers play.
        """
        first = self.predictions[0]
        video = VideoFile(Path(self.folder.name, 'people.webm'), first.video.fps, first.size)
        with closing(video):
            for prediction in self._frames():
                drawn = prediction.best(thresholds.score).draw(thresholds.keypoint)
                video.add(drawn, prediction.time)
        return video.path

    def _load_frame(self, number: int) -> Prediction:
        prediction = self.predictions[number]
        if prediction.image is not None:
            return prediction
        with closing(self._frames()) as frames:
            return next(islice(frames, number, None))

    def _frames(self) -> Iterator[Prediction]:
        """Predictions of a video with their pictures, which are read again: memory is short."""
        with closing(open_source(self.path)) as pictures:
            for prediction, picture in zip(self.predictions, pictures):
                yield replace(prediction, image=picture.image)


def analyze(
    path: str,
    predictor: BasePredictor,
    limits: Limits,
    follow: Callable[[Iterable, int], Iterable] = lambda frames, total: frames,
) -> Analysis:
    """Let a model look at an upload.

    Args:
        path (str): The picture or video.
        predictor (BasePredictor): The model, which keeps people of all scores.
        limits (Limits): How large the upload may be.
        follow (callable): Goes through frames and shows how far it is, given them and their number.

    Returns:
        Analysis: Of all frames.

    Raises:
        ValueError: The upload is refused or cannot be read.
    """
    total = check_upload(path, limits)
    predictions = []
    with closing(predictor(path)) as found:
        for prediction in follow(found, total):
            check_length(Path(path).name, len(predictions) + 1, limits)  # heads are not always true
            is_frame = prediction.video is not None
            predictions.append(prediction.without_image() if is_frame else prediction)
    keypoints, skeleton = predictor.keypoint_names, predictor.skeleton
    return Analysis(path, Header(predictor.name, keypoints, skeleton, 0.0, 0.0), predictions)


def draw_tags(people: Prediction, keypoint_threshold: float) -> 'Optional[Figure]':
    """Plot the tags under the keypoints of people, in the colors in which these are drawn.

    Args:
        people (Prediction): Whose.
        keypoint_threshold (float): Least score of a keypoint.

    Returns:
        Figure: As Figure 3 of the paper; None where there is nobody or the method has no tags.
    """
    shown = shown_keypoints(people, keypoint_threshold)
    if people.keypoint_tags is None or not shown.any():
        return None
    colors = np.array(person_colors(range(len(people))), np.uint8)[:, ::-1]
    return plot_tags(people.keypoint_tags, shown, people.keypoint_names, colors=colors)
