"""Ids of people over the frames of videos."""

import warnings
from dataclasses import replace
from typing import Iterable, Iterator, Optional, Sequence

from mmpose_ae.tracking import Tracker

from .prediction import Prediction
from .sources import Video
from .tracker_options import tracker_options

IN_MEMORY = Video('', 30)


def follow(
    predictions: Iterable[Prediction],
    sigmas: Sequence[float],
    score_threshold: float,
    smooth: bool = False,
    options: Optional[dict] = None,
    tags_over_time: bool = False,
) -> Iterator[Prediction]:
    """Give the people of each video ids; pictures of files stay as they are.

    Pictures in memory, one after the other, are frames of a video. A video begins with frame 0, or
    where the name changes.

    Args:
        predictions (iterable): In the order of the frames, with people whose score is at least half
            of the threshold: those who are just being hidden have such scores.
        sigmas (sequence): Tolerance of each keypoint, (K,).
        score_threshold (float): Least score of somebody who is new. People below it are left out
            unless they are followed.
        smooth (bool): Smooth the positions of keypoints over time.
        options (dict, optional): Of :class:`mmpose_ae.tracking.Tracker`, to override those of
            :func:`tracker_options`. With ``colors`` people are found again by these after up to
            three seconds.
        tags_over_time (bool): The same by the network's tags, if people have some.

    Yields:
        Prediction: With ``ids``.
    """
    tracker, name = None, None
    for prediction in predictions:
        video = prediction.video or (IN_MEMORY if prediction.path is None else None)
        if video is None:
            name = None
            warnings.warn('pictures of files are not tracked, frames of videos are', stacklevel=2)
            yield prediction.best(score_threshold)
            continue
        if video.name != name or prediction.frame == 0:
            by_tags = tags_over_time and prediction.poses.tags is not None
            completed = tracker_options(
                options or {}, sigmas, score_threshold, video.fps, smooth, by_tags
            )
            tracker, name = Tracker(**completed), video.name
        tracks = tracker.update(prediction.poses, prediction.frame, prediction.image)
        yield replace(prediction, poses=tracks.poses, ids=tracks.ids).take(tracks.ids >= 0)
