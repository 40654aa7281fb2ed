"""Ids of people over the frames of videos."""

import warnings
from dataclasses import replace
from typing import Iterable, Iterator, Optional, Sequence

from mmpose_ae.tracking import Tracker

from .prediction import Prediction
from .sources import Video

IN_MEMORY = Video('', 30)
MEMORY = 3.0  # seconds that somebody hidden is remembered by what tells who it is
IDENTITY = dict(hidden_tag_scale=0.7, tag_weight=0.1)  # of a tracker, for tags that hold over time
COLORS = dict(drift=0.2, similarity=0.03)  # for colors: who is hidden may turn up further away
FAINT = 0.5  # of the score of a new person: from there on somebody who is known is followed


def follow(
    predictions: Iterable[Prediction],
    sigmas: Sequence[float],
    score_threshold: float,
    smooth: bool = False,
    options: Optional[dict] = None,
    tags_over_time: bool = False,
) -> Iterator[Prediction]:
    """Give the people of each video ids; pictures of files stay as they are.

    Pictures in memory, one after the other, are frames of a video.

    Args:
        predictions (iterable): In the order of the frames, with people whose score is at least half
            of the threshold: those who are just being hidden have such scores.
        sigmas (sequence): Tolerance of each keypoint, (K,).
        score_threshold (float): Least score of somebody who is new. People below it are left out
            unless they are followed.
        smooth (bool): Smooth the positions of keypoints over time.
        options (dict, optional): Of :class:`mmpose_ae.tracking.Tracker`, to override. With
            ``colors`` people are found again by these after up to three seconds.
        tags_over_time (bool): The same by the network's tags, which tell who somebody is.

    Yields:
        Prediction: With ``ids``.
    """
    scores = dict(
        low_score=FAINT * score_threshold, high_score=score_threshold, new_score=score_threshold
    )
    options = options or {}
    by_colors = options.get('colors') is not None
    tracker, name = None, None
    for prediction in predictions:
        video = prediction.video or (IN_MEMORY if prediction.path is None else None)
        if video is None:
            name = None
            warnings.warn('pictures of files are not tracked, frames of videos are', stacklevel=2)
            yield prediction.best(score_threshold)
            continue
        if video.name != name or prediction.frame == 0:
            smoothing = dict(frame_rate=video.fps) if smooth else None
            identity = identity_options(video.fps, tags_over_time, by_colors)
            chosen = dict(sigmas=sigmas, smoothing=smoothing, **scores, **identity)
            tracker, name = Tracker(**{**chosen, **options}), video.name
        tracks = tracker.update(prediction.poses, prediction.frame, prediction.image)
        yield replace(prediction, poses=tracks.poses, ids=tracks.ids).take(tracks.ids >= 0)


def identity_options(fps: float, tags_over_time: bool, colors: bool) -> dict:
    """Options of a tracker that knows people by more than where they are.

    Args:
        fps (float): Frames of the video per second.
        tags_over_time (bool): See :func:`follow`.
        colors (bool): The tracker compares colors; tags of single frames only disturb these.

    Returns:
        dict: None at all where it knows nothing more.
    """
    if not tags_over_time and not colors:
        return {}
    tags = IDENTITY if tags_over_time else dict(tag_scale=None)
    return dict(memory=round(MEMORY * fps), **tags, **(COLORS if colors else {}))
