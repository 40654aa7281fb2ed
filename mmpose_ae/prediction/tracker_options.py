"""Options of a tracker for a video: what users leave out follows from scores, speed and tags."""

from typing import Any, Dict, Optional, Sequence, Union

from mmpose_ae.tracking import Tracker

FAINT = 0.5  # of the score of a new person: from there on somebody who is known is followed
MEMORY = 3.0  # seconds that somebody hidden is remembered by what tells who it is
IDENTITY = dict(hidden_tag_scale=1.0, tag_weight=0.1)  # for tags that hold over time
COLORS = dict(drift=0.2, similarity=0.03)  # for colors: who is hidden may turn up further away
PER_FRAME = dict(velocity_weight=0.4, drift=0.05)  # of the default rule, as IDENTITY and COLORS:
FPS = 30  # they were chosen on videos of so many frames per second
COLOR_WEIGHT = 0.1


def tracker_options(
    given: dict,
    sigmas: Sequence[float],
    score_threshold: float,
    fps: float,
    smooth: bool = False,
    tags_over_time: bool = False,
) -> Dict[str, Any]:
    """Complete what a user says of a tracker.

    Args:
        given (dict): Options of :class:`mmpose_ae.tracking.Tracker`; they override all below.
        sigmas (sequence): Tolerance of each keypoint, (K,).
        score_threshold (float): Least score of somebody who is new.
        fps (float): Frames of the video per second.
        smooth (bool): Smooth the positions of keypoints.
        tags_over_time (bool): Tags tell who somebody is.

    Returns:
        dict: All options.
    """
    options, smoothing = dict(given), given.get('smoothing', {} if smooth else None)
    if isinstance(smoothing, dict):
        options['smoothing'] = {'frame_rate': fps, **smoothing}
    if given.get('rule', 'two_rounds') == 'mmpose_0x':
        by_iou = given.get('similarity') == 'iou'
        return options if by_iou else dict(options, sigmas=sigmas)
    colors = given.get('colors')
    if isinstance(colors, dict):
        options['colors'] = {'weight': _paced(COLOR_WEIGHT, fps), **colors}
    identity = identity_options(fps, tags_over_time, colors is not None)
    if given.get('tag_scale', 0) is None:
        identity.pop('hidden_tag_scale', None)
    scores = _scores(given, score_threshold)
    return {'sigmas': sigmas, **identity, **options, **scores}


def identity_options(fps: float, tags_over_time: bool, colors: bool) -> dict:
    """Options of the default rule for videos of some speed.

    Args:
        fps (float): Frames of the video per second.
        tags_over_time (bool): See :func:`tracker_options`.
        colors (bool): The tracker compares colors; tags of single frames only disturb these.

    Returns:
        dict: With the memory of those who are known by more than where they are.
    """
    options = dict(PER_FRAME)
    if tags_over_time or colors:
        tags = IDENTITY if tags_over_time else dict(tag_scale=None)
        options.update(memory=round(MEMORY * fps), **tags, **(COLORS if colors else {}))
    options['drift'] *= FPS / fps
    for name in {'velocity_weight', 'tag_weight'} & set(options):
        options[name] = _paced(options[name], fps)
    return options


def _paced(weight: float, fps: float) -> float:
    """What a frame tells, so that those of a second tell as much as at 30 frames per second."""
    return 1 - (1 - weight) ** (FPS / fps)


def follows_faint(given: Optional[dict]) -> bool:
    """Whether people who are known are followed with less than the least score of a new one.

    Args:
        given (dict, optional): Options of a tracker; None is no tracker.

    Returns:
        bool: False of a rule that knows no scores.
    """
    return given is not None and given.get('rule', 'two_rounds') == 'two_rounds'


def _scores(given: dict, threshold: float) -> Dict[str, float]:
    """Least scores of the two rounds and of new people, on the right sides of a given one."""
    low = given.get('low_score', max(FAINT * threshold, 0))
    high = given.get('high_score', max(threshold, low))
    new = given.get('new_score', max(threshold, low))
    return dict(low_score=min(low, high, new), high_score=high, new_score=new)


def check_track(track: Union[bool, dict], smooth: bool) -> Optional[dict]:
    """Refuse what no tracker can be built of, before any picture is looked at.

    Args:
        track (bool | dict): Whether to track, or with which options.
        smooth (bool): Also smooth the positions of keypoints.

    Returns:
        dict: Options that were given; None is not to track.

    Raises:
        TypeError: If an option does not exist.
        ValueError: If ``track`` is something else, or an option is out of range.
    """
    if not isinstance(track, (bool, dict)):
        raise ValueError(f'track must be True, False or a dict of options, got {track!r}')
    if track is False:
        if smooth:
            raise ValueError('smooth is of people who are tracked: it needs track, too')
        return None
    given = {} if track is True else track
    Tracker(**tracker_options(given, [1.0], 0.2, FPS, smooth))
    return given
