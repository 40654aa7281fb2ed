"""The one result of predicting: the people of one picture, and what one does with them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.images import find_opencv, needs_opencv

from .sources import Video

if TYPE_CHECKING:
    import pandas
    import supervision


# Columns of tables: one row is one keypoint.
ROW = (
    'path',
    'frame',
    'person',
    'id',
    'person_score',
    'keypoint',
    'x',
    'y',
    'score',
    'filled',
)


@dataclass(frozen=True, eq=False, repr=False)  # arrays have no one truth to compare
class Prediction:
    """The people of a picture, best first.

    Attributes:
        poses (Poses): In pixels of the picture.
        size (tuple): Width and height of the picture in pixels.
        keypoint_names (tuple): Name of each of the K keypoints.
        skeleton (tuple): Pairs of keypoints that a limb connects.
        path (str, optional): File or address of the picture or video.
        frame (int, optional): Number of the frame in its video, from 0 on. None of a picture.
        video (Video, optional): That video.
        ids (np.ndarray, optional): Number of each person over the frames, (N,), int64; -1 without
            one. None where people are not tracked.
        image (np.ndarray, optional): The picture, (H, W, 3), BGR, uint8, where it is kept.
        keypoint_tags (np.ndarray, optional): What the network says under each keypoint of whose it
            is, (N, K, L), float32, where it is read and the method has tags.
        masks (np.ndarray, optional): The pixels of each person, where the network finds them, as
            COCO's run lengths of the picture, (N,), dicts of ``size`` and ``counts``.
        seconds (float, optional): Time of the frame in its video, where that tells it.
    """

    poses: Poses
    size: Tuple[int, int]
    keypoint_names: Tuple[str, ...]
    skeleton: Tuple[Tuple[int, int], ...] = ()
    path: Optional[str] = None
    frame: Optional[int] = None
    video: Optional[Video] = None
    ids: Optional[np.ndarray] = None
    image: Optional[np.ndarray] = None
    keypoint_tags: Optional[np.ndarray] = None
    masks: Optional[np.ndarray] = None
    seconds: Optional[float] = None

    def __len__(self) -> int:
        return len(self.poses)

    def __repr__(self) -> str:
        name = self.path or ('memory' if self.video is None else self.video.name)
        frame = '' if self.frame is None else f', frame {self.frame}'
        best = f', best score {self.poses.instance_scores[0]:.2f}' if len(self) else ''
        people = f'{len(self)} {"person" if len(self) == 1 else "people"}'
        return f'<Prediction of {name}{frame}, {self.size[0]}x{self.size[1]}: {people}{best}>'

    def _repr_jpeg_(self) -> Optional[bytes]:
        """The picture with the people, for notebooks; None where it was not kept."""
        cv2 = find_opencv()
        if self.image is None or cv2 is None:
            return None
        return cv2.imencode('.jpg', self.draw())[1].tobytes()

    @property
    def time(self) -> Optional[float]:
        """Seconds from the start of the video; None of a picture."""
        if self.video is None or self.seconds is not None:
            return self.seconds
        return self.frame / self.video.fps

    @property
    def filled(self) -> np.ndarray:
        """Keypoints that were filled in without having been grouped, (N, K), bool."""
        filled = self.poses.filled
        return np.zeros(self.poses.keypoint_scores.shape, bool) if filled is None else filled

    def best(self, score_threshold: float = 0.0, max_people: Optional[int] = None) -> 'Prediction':
        """Keep the people that are likely to be there.

        Args:
            score_threshold (float): Least score of a person.
            max_people (int, optional): Most people, the best ones. None is no limit.

        Returns:
            Prediction: In the same order.
        """
        return self.take(np.flatnonzero(self.poses.instance_scores >= score_threshold)[:max_people])

    def take(self, people: np.ndarray) -> 'Prediction':
        """Keep some people.

        Args:
            people (np.ndarray): Which ones: indices, or (N,), bool.

        Returns:
            Prediction: Only of these.
        """
        of_people = ('ids', 'keypoint_tags', 'masks')
        known = {name: getattr(self, name) for name in of_people}
        kept = {name: None if own is None else own[people] for name, own in known.items()}
        return replace(self, poses=self.poses.take(people), **kept)

    def without_image(self) -> 'Prediction':
        """The same without the picture, to be kept in large numbers."""
        return replace(self, image=None)

    def draw(self, keypoint_threshold: float = 0.3) -> np.ndarray:
        """Draw the people on the picture.

        Args:
            keypoint_threshold (float): Keypoints with a lower score are not drawn, nor are those
                that were only filled in.

        Returns:
            np.ndarray: (H, W, 3), BGR, uint8.

        Raises:
            ValueError: The picture was not kept.
            ImportError: OpenCV is not installed.
        """
        with needs_opencv('drawing'):
            from .drawing import draw_people
        return draw_people(self._picture(), self, keypoint_threshold)

    def crop(self, margin: float = 0.1) -> List[np.ndarray]:
        """Cut the people out of the picture.

        Args:
            margin (float): What is kept around a person's keypoints, in parts of the longer side.

        Returns:
            list[np.ndarray]: Of each person (h, w, 3), BGR, uint8; at least one pixel.

        Raises:
            ValueError: The picture was not kept.
        """
        image, (width, height) = self._picture(), self.size
        crops = []
        for left, top, right, bottom in self.poses.boxes:
            around = margin * max(right - left, bottom - top)
            low = np.clip([left - around, top - around], 0, [width - 1, height - 1]).astype(int)
            high = np.clip(np.ceil([right + around, bottom + around]), low, [width - 1, height - 1])
            crops.append(image[low[1] : int(high[1]) + 1, low[0] : int(high[0]) + 1])
        return crops

    def to_dict(self) -> Dict[str, Any]:
        """What is known of the picture, as numbers and text alone: an entry of our JSON files.

        Returns:
            dict: ``path``, ``frame`` and ``time`` (null of a picture), ``width``, ``height`` and
            ``people``: each a dict of ``id`` (null where not tracked), ``score``, ``box`` (left,
            top, right, bottom), ``keypoints``: K lists of x, y, score, and 1 where the keypoint
            was only filled in, else 0; and ``mask`` where the network finds some.
        """
        (width, height), filled = self.size, self.filled
        rows = np.concatenate(
            [
                self.poses.keypoints.astype(float).round(2),
                self.poses.keypoint_scores[..., None].astype(float).round(4),
            ],
            axis=-1,
        )
        people = [
            dict(
                id=_id(self.ids, n),
                score=round(float(self.poses.instance_scores[n]), 4),
                box=[round(float(side), 2) for side in box],
                keypoints=[[*row, int(mark)] for row, mark in zip(rows[n].tolist(), filled[n])],
                **({} if self.masks is None else dict(mask=self.masks[n])),
            )
            for n, box in enumerate(self.poses.boxes)
        ]
        return dict(
            path=self.path,
            frame=self.frame,
            time=None if self.time is None else round(self.time, 4),
            width=width,
            height=height,
            people=people,
        )

    def to_coco(self, image_id: int = 0, category_id: int = 1) -> List[Dict[str, Any]]:
        """People as results in COCO's format.

        Args:
            image_id (int): Number of the picture.
            category_id (int): Number of the category.

        Returns:
            list[dict]: Of each person ``image_id``, ``category_id``, ``keypoints`` (x, y, score of
            each), ``score``, ``bbox`` (left, top, width, height), ``filled`` (1 for each keypoint
            that was only filled in, else 0), ``track_id`` if tracked, and ``segmentation`` where
            the network finds masks.
        """
        results = []
        for n, (left, top, right, bottom) in enumerate(self.poses.boxes.astype(float).tolist()):
            scores = self.poses.keypoint_scores[n, :, None]
            points = np.concatenate([self.poses.keypoints[n], scores], axis=-1)
            result = dict(
                image_id=image_id,
                category_id=category_id,
                keypoints=points.astype(float).round(3).ravel().tolist(),
                score=float(self.poses.instance_scores[n]),
                bbox=[left, top, right - left, bottom - top],
                filled=self.filled[n].astype(int).tolist(),
            )
            if _id(self.ids, n) is not None:
                result['track_id'] = _id(self.ids, n)
            if self.masks is not None:
                result['segmentation'] = self.masks[n]
            results.append(result)
        return results

    def to_rows(self) -> List[Dict[str, Any]]:
        """One row for each keypoint of each person: what CSV files and data frames hold.

        Returns:
            list[dict]: With the entries of :data:`ROW`; ``person`` counts from 0 on, best first.
        """
        return [
            dict(
                path=self.path,
                frame=self.frame,
                person=n,
                id=person['id'],
                person_score=person['score'],
                keypoint=name,
                **dict(zip(('x', 'y', 'score', 'filled'), keypoint)),
            )
            for n, person in enumerate(self.to_dict()['people'])
            for name, keypoint in zip(self.keypoint_names, person['keypoints'])
        ]

    def to_dataframe(self) -> 'pandas.DataFrame':
        """The rows of :meth:`to_rows`; needs pandas.

        Returns:
            pandas.DataFrame: With its columns also where nobody is there.
        """
        import pandas

        return pandas.DataFrame(self.to_rows(), columns=ROW)

    def to_supervision(self) -> 'supervision.KeyPoints':
        """People as the package ``supervision`` has them; needs that package, 0.29 or later.

        Returns:
            supervision.KeyPoints: Positions and scores of keypoints and people, all of class 0.
            ``data['filled']`` (N, K) says which keypoints were only filled in; these and those that
            were not found are not ``visible``.
        """
        import supervision

        return supervision.KeyPoints(
            xy=self.poses.keypoints,
            keypoint_confidence=self.poses.keypoint_scores,
            detection_confidence=self.poses.instance_scores,
            visible=(self.poses.keypoint_scores > 0) & ~self.filled,
            class_id=np.zeros(len(self), int),
            data=dict(filled=self.filled),
        )

    def _picture(self) -> np.ndarray:
        if self.image is None:
            raise ValueError(f'the picture of {self.path or "this prediction"} was not kept')
        return self.image


def _id(ids: Optional[np.ndarray], person: int) -> Optional[int]:
    """Number of a person over frames; None without one."""
    return int(ids[person]) if ids is not None and ids[person] >= 0 else None
