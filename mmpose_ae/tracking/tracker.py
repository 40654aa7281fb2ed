"""The tracker: ids for the people of each frame, and smoothed poses."""

from dataclasses import dataclass, replace
from inspect import signature
from typing import Any, Optional

import numpy as np

from mmpose_ae.grouping.poses import Poses
from mmpose_ae.options import check_choice, check_count, check_known

from .mmpose_0x import MMPose0xRule
from .smoothing import OneEuroSmoothing
from .two_rounds import UNTRACKED, TwoRoundRule

RULES = dict(two_rounds=TwoRoundRule, mmpose_0x=MMPose0xRule)


@dataclass(frozen=True)
class Tracks:
    """The people of one frame and who they are.

    Attributes:
        ids (np.ndarray): Id of each person, (N,), int64; -1 where a person is not tracked.
        poses (Poses): The people, in the order that they were given in; smoothed where the tracker
            smooths.
    """

    ids: np.ndarray
    poses: Poses

    def __len__(self) -> int:
        return len(self.ids)


class Tracker:
    """Follow people over the frames of a video.

    Args:
        rule (str): How people are matched: ``'two_rounds'``
            (:class:`~mmpose_ae.tracking.TwoRoundRule`) or ``'mmpose_0x'``
            (:class:`~mmpose_ae.tracking.MMPose0xRule`).
        smoothing (dict, optional): Options of
            :class:`~mmpose_ae.tracking.OneEuroSmoothing`; None smooths nothing.
        **options: Options of the rule.

    Raises:
        TypeError: If an option does not exist or is missing.
        ValueError: If an option is out of range.

    Examples:
        >>> tracker = Tracker(sigmas=metainfo['sigmas'], smoothing=dict(frame_rate=25))
        >>> for poses in frames:
        ...     tracks = tracker.update(poses)
        ...     print(tracks.ids, tracks.poses.boxes)
    """

    def __init__(
        self, rule: str = 'two_rounds', smoothing: Optional[dict] = None, **options: Any
    ) -> None:
        check_choice('rule', rule, RULES)
        self.rule = _build(RULES[rule], f'rule {rule!r}', options)
        self.smoothing = (
            None if smoothing is None else _build(OneEuroSmoothing, 'smoothing', smoothing)
        )
        self._frame, self._tag_length = -1, None

    def reset(self) -> None:
        """Forget everybody: the next frame is the first of a video."""
        self.rule.reset()
        if self.smoothing is not None:
            self.smoothing.reset()
        self._frame, self._tag_length = -1, None

    def update(
        self, poses: Poses, frame: Optional[int] = None, image: Optional[np.ndarray] = None
    ) -> Tracks:
        """Tell who the people of the next frame are.

        Args:
            poses (Poses): The people, in pixels of the image; of whom there may be none.
            frame (int, optional): Number of the frame; by default one more than that of the frame
                before. What was left out in between counts as frames in which nobody was seen.
            image (np.ndarray, optional): The frame, (H, W, 3), uint8, for a rule that looks at
                colors.

        Returns:
            Tracks: Ids and poses.

        Raises:
            ValueError: If the frame does not come after the one before, a keypoint, score or tag is
                not finite, tags are of another length than before, sigmas of another number of
                keypoints, or the rule needs an image.
        """
        frame = self._frame + 1 if frame is None else frame
        check_count('frame', frame, self._frame + 1)
        self._check(poses, frame)
        ids = self.rule(poses, frame, image)
        self._frame = frame
        if self.smoothing is not None:
            poses = self._smooth(poses, ids, frame)
        return Tracks(ids, poses)

    def _check(self, poses: Poses, frame: int) -> None:
        for name in ('keypoints', 'keypoint_scores', 'instance_scores', 'tags'):
            values = getattr(poses, name)
            if values is not None and not np.isfinite(values).all():
                raise ValueError(f'{name} of the people of frame {frame} must be finite')
        self._check_tags(poses.tags, frame)
        sigmas, count = self.rule.sigmas, poses.keypoints.shape[1]
        if sigmas is not None and len(sigmas) != count:
            raise ValueError(f'sigmas are of {len(sigmas)} keypoint types, poses have {count}')

    def _check_tags(self, tags: Optional[np.ndarray], frame: int) -> None:
        if tags is None or not len(tags):
            return
        length = tags.shape[1]
        if self._tag_length not in (None, length):
            raise ValueError(
                f'tags of frame {frame} are of {length} numbers, not {self._tag_length}'
            )
        self._tag_length = length

    def _smooth(self, poses: Poses, ids: np.ndarray, frame: int) -> Poses:
        keypoints = poses.keypoints.copy()
        self.smoothing.keep(self.rule.ids)
        for row in np.flatnonzero(ids != UNTRACKED):
            found = poses.keypoint_scores[row] > 0
            keypoints[row] = self.smoothing(int(ids[row]), frame, keypoints[row], found)
        return replace(poses, keypoints=keypoints)


def _build(owner: type, what: str, options: dict) -> Any:
    """Build a part, telling which options it knows if one is unknown or missing."""
    if not isinstance(options, dict):
        raise ValueError(f'{what} must be a dict of options, got {options!r}')
    parameters = signature(owner).parameters
    check_known(what, options, parameters)
    needed = [name for name, p in parameters.items() if p.default is p.empty]
    missing = [name for name in needed if name not in options]
    if missing:
        raise TypeError(f'{what} needs the option {", ".join(missing)}')
    return owner(**options)
