"""Association in two rounds: confident people first, then those who are barely seen.

The rounds are those of ByteTrack (Zhang et al. 2022, arXiv:2110.06864), with poses and tags in
place of boxes.
"""

from typing import Iterator, List, Optional, Sequence, Tuple, Union

import numpy as np

from mmpose_ae.grouping.oks import check_sigmas, object_keypoint_similarity
from mmpose_ae.grouping.poses import Poses, boxes_around
from mmpose_ae.grouping.scipy_routines import squared_distances
from mmpose_ae.options import check_between, check_count, read_options

from .association import match
from .colors import ColorCue, keypoint_colors
from .track import Track

UNTRACKED = -1  # id of a person who has none
TINY, LARGE = np.finfo(np.float32).tiny, np.finfo(np.float32).max
NARROWEST = 4  # longer side of a person's box over the shorter one: people in a line have a size


class TwoRoundRule:
    """Match people to tracks by OKS and tags, at the greatest total similarity.

    1. People with at least ``high_score`` are matched to all tracks, at the places that these are
       predicted to have reached at constant velocity.
    2. Those with at least ``low_score`` are matched to the tracks that are left and were seen in
       the frame before: somebody who is just being hidden.
    3. Of whom is left, those with at least ``new_score`` are new people.

    Args:
        sigmas (sequence): Tolerance of each keypoint type, (K,), as in the dataset's metainfo.
        similarity (float): Least similarity of a pair in the first round.
        second_similarity (float): Least similarity of a pair in the second round.
        low_score (float): Least score of a person who is tracked.
        high_score (float): Least score of a person of the first round.
        new_score (float): Least score of a new person.
        memory (int): Frames that a hidden person is remembered; 0 is the frame before alone.
        velocity_weight (float): Part of the velocity that the newest frame tells; 0 predicts that
            everybody stands still.
        least_side (float): Smallest side of a person, in pixels: one keypoint has none.
        drift (float): How far hidden people stray from where they are predicted, in roots of their
            area per hidden frame.
        tag_scale (float, optional): Distance of two tags at which the similarity falls to exp(-1/2)
            of the OKS, where the poses have tags; None is OKS alone.
        hidden_tag_scale (float, optional): The same for somebody who was not seen in the frame
            before, of whom OKS says less; ``tag_scale`` by default.
        tag_weight (float): Part of a track's tag that the newest frame tells, above 0; 1 is all of
            it. Of the first frames each tells as much, so that the first one has no more to say.
        hidden_weight (float): What the similarity to somebody who was not seen in the frame before
            is multiplied by, above 0. The longer somebody is hidden, the more places fit; whoever
            is in sight should not get that id.
        colors (dict, optional): Options of :class:`~mmpose_ae.tracking.colors.ColorCue`: multiply
            by how alike the colors under the keypoints are, too. None looks at no image.

    Raises:
        ValueError: If an option is out of range.
    """

    def __init__(
        self,
        sigmas: Sequence[float],
        similarity: float = 0.1,
        second_similarity: float = 0.5,
        low_score: float = 0.1,
        high_score: float = 0.3,
        new_score: float = 0.3,
        memory: int = 30,
        velocity_weight: float = 0.4,
        least_side: float = 32.0,
        drift: float = 0.05,
        tag_scale: Optional[float] = 2.0,
        hidden_tag_scale: Optional[float] = None,
        tag_weight: float = 1.0,
        hidden_weight: float = 0.7,
        colors: Optional[dict] = None,
    ) -> None:
        self.sigmas = check_sigmas(sigmas)
        check_between('similarity', similarity, 0, 1)
        check_between('second_similarity', second_similarity, 0, 1)
        check_between('low_score', low_score)
        check_between('high_score', high_score, low_score)
        check_between('new_score', new_score, low_score)
        check_count('memory', memory)
        check_between('velocity_weight', velocity_weight, 0, 1)
        check_between('least_side', least_side, TINY, LARGE)
        check_between('drift', drift, 0, LARGE)
        if hidden_tag_scale is not None and tag_scale is None:
            raise ValueError(f'hidden_tag_scale={hidden_tag_scale} needs a tag_scale besides')
        hidden_tag_scale = tag_scale if hidden_tag_scale is None else hidden_tag_scale
        for name, scale in (('tag_scale', tag_scale), ('hidden_tag_scale', hidden_tag_scale)):
            if scale is not None:
                check_between(name, scale, TINY, LARGE)
        check_between('tag_weight', tag_weight, TINY, 1)
        check_between('hidden_weight', hidden_weight, TINY, 1)
        self.similarity = similarity
        self.second_similarity = second_similarity
        self.low_score = low_score
        self.high_score = high_score
        self.new_score = new_score
        self.memory = memory
        self.velocity_weight = velocity_weight
        self.least_side = least_side
        self.drift = drift
        self.tag_scale = tag_scale
        self.hidden_tag_scale = hidden_tag_scale
        self.tag_weight = tag_weight
        self.hidden_weight = hidden_weight
        self.colors = None if colors is None else _read_cue(colors)
        self.reset()

    def reset(self) -> None:
        """Forget everybody; ids start at 0 again."""
        self._tracks: List[Track] = []
        self._next_id = 0
        self._frame: Optional[int] = None

    @property
    def ids(self) -> List[int]:
        """Ids of the people who are seen or remembered."""
        return [track.id for track in self._tracks]

    def __call__(self, poses: Poses, frame: int, image: Optional[np.ndarray] = None) -> np.ndarray:
        """Give each person of a frame an id.

        Args:
            poses (Poses): The people of the frame.
            frame (int): Its number, greater than that of the frame before.
            image (np.ndarray, optional): The frame, (H, W, 3), uint8; needed with ``colors``.

        Returns:
            np.ndarray: Ids, (N,), int64; -1 where a person is not tracked.

        Raises:
            ValueError: There is no image, but colors are to be compared.
        """
        self._tracks = [t for t in self._tracks if frame - t.frame <= self.memory + 1]
        colors = self._read_colors(poses, frame, image)
        similarity = self._compare(poses, frame) * self._compare_colors(colors)
        similarity = similarity * np.where(self._are_seen(), 1, self.hidden_weight)
        ids = np.full(len(poses), UNTRACKED, np.int64)
        left = np.ones(len(self._tracks), bool)
        for people, tracks, threshold in self._rounds(poses.instance_scores):
            rows, columns = np.flatnonzero(people), np.flatnonzero(tracks & left)
            first, second = match(similarity[np.ix_(rows, columns)], threshold)
            rows, columns = rows[first], columns[second]
            left[columns] = False
            for row, column in zip(rows, columns):
                ids[row] = self._continue(self._tracks[column], poses, row, frame)
        for row in np.flatnonzero((ids == UNTRACKED) & (poses.instance_scores >= self.new_score)):
            ids[row] = self._start(poses, row, frame)
        if colors is not None:
            self._remember_colors(ids, colors)
        self._frame = frame
        return ids

    def _rounds(self, scores: np.ndarray) -> Iterator[Tuple[np.ndarray, np.ndarray, float]]:
        """People (N,) and tracks that are matched in each round, and the least similarity."""
        seen = self._are_seen()
        sure = scores >= self.high_score
        yield sure, np.ones_like(seen), self.similarity
        yield ~sure & (scores >= self.low_score), seen, self.second_similarity

    def _compare(self, poses: Poses, frame: int) -> np.ndarray:
        """Similarity of each person to each track, (N, tracks)."""
        if not self._tracks or not len(poses):
            return np.zeros((len(poses), len(self._tracks)))
        places = np.stack([track.predict(frame) for track in self._tracks])
        known = np.stack([track.known for track in self._tracks])
        hidden = np.array([frame - track.frame - 1 for track in self._tracks])
        found = poses.keypoint_scores > 0
        sides = _sides(poses.keypoints, found)[:, None] + _sides(places, known)
        similarity = object_keypoint_similarity(
            poses.keypoints.astype(float),
            places,
            np.maximum(sides / 2, self.least_side) ** 2,
            self.sigmas,
            counted=found[:, None] & known,
            drift=self.drift * hidden,
        )
        return similarity * self._compare_tags(poses.tags)

    def _compare_tags(self, tags: Optional[np.ndarray]) -> Union[float, np.ndarray]:
        """Similarity of the tags of each person to those of each track; 1 where there are none."""
        if self.tag_scale is None or tags is None:
            return 1.0
        same = np.ones((len(tags), len(self._tracks)))
        known = np.array([track.tag is not None for track in self._tracks], bool)
        if known.any():
            remembered = np.stack([t.tag for t in self._tracks if t.tag is not None])
            squared = squared_distances(tags.astype(float), remembered.astype(float))
            scales = np.where(self._are_seen(), self.tag_scale, self.hidden_tag_scale)[known]
            same[:, known] = np.exp(-squared / (2 * scales**2))
        return same

    def _read_colors(
        self, poses: Poses, frame: int, image: Optional[np.ndarray]
    ) -> Optional[np.ndarray]:
        if self.colors is None:
            return None
        if image is None:
            raise ValueError(f'colors are to be compared: frame {frame} must come with its image')
        return keypoint_colors(image, poses)

    def _compare_colors(self, colors: Optional[np.ndarray]) -> Union[float, np.ndarray]:
        """Similarity of the colors of each person to those of each track."""
        if colors is None or not self._tracks:
            return 1.0
        known = np.stack([track.colors for track in self._tracks])
        return self.colors.compare(colors, known, self._are_seen())

    def _remember_colors(self, ids: np.ndarray, colors: np.ndarray) -> None:
        rows = {int(id): row for row, id in enumerate(ids)}
        for track in self._tracks:
            if track.id in rows:
                new = colors[rows[track.id]]
                track.colors = (
                    new
                    if track.colors is None
                    else self.colors.mix(track.colors, new, track.sightings)
                )

    def _are_seen(self) -> np.ndarray:
        """Which tracks were seen in the frame before, (tracks,), bool."""
        return np.array([track.frame == self._frame for track in self._tracks], bool)

    def _continue(self, track: Track, poses: Poses, row: int, frame: int) -> int:
        """Take over how a person of the frame is seen; gives the id."""
        keypoints, found, tag = _read(poses, row)
        track.update(frame, keypoints, found, tag, self.velocity_weight, self.tag_weight)
        return track.id

    def _start(self, poses: Poses, row: int, frame: int) -> int:
        """Start a track with a person of the frame; gives the id."""
        keypoints, found, tag = _read(poses, row)
        self._tracks.append(Track(self._next_id, frame, keypoints, found, np.zeros(2), tag))
        self._next_id += 1
        return self._next_id - 1


def _read(poses: Poses, row: int) -> Tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]:
    """Keypoints of a person, which of them were found, and the tag."""
    tag = None if poses.tags is None else poses.tags[row]
    return poses.keypoints[row].astype(float), poses.keypoint_scores[row] > 0, tag


def _sides(keypoints: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Roots of the areas of the boxes around keypoints that were found, (N,), in pixels."""
    left, top, right, bottom = boxes_around(keypoints, found).T.astype(float)
    sides = np.stack([right - left, bottom - top])
    return np.sqrt(np.maximum(sides, sides.max(0) / NARROWEST).prod(0))


def _read_cue(options: dict) -> ColorCue:
    if not isinstance(options, dict):
        raise ValueError(
            f'colors must be a dict of options, {{}} for all defaults, got {options!r}'
        )
    return read_options(ColorCue, 'colors', options)
