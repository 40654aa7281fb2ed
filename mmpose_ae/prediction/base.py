"""From any source of pictures to their people, whatever finds them in a picture."""

from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import numpy as np

from mmpose_ae.grouping import Poses
from mmpose_ae.images import opencv_errors, to_eight_bits
from mmpose_ae.options import check_count

from .background import read_ahead
from .masks import Rle, place_masks
from .prediction import Prediction
from .regions import check_region, cut, pad_long
from .sources import Picture, open_source
from .stopwatch import Stopwatch
from .tracker_options import FAINT, check_track, follows_faint
from .tracking import follow

DEFAULT_SCORE = 0.2  # where none was chosen on validation data


class Failure(NamedTuple):
    """A picture that has no prediction.

    Attributes:
        path (str, optional): Its file or address.
        frame (int, optional): Its number in a video.
        reason (str): Why.
    """

    path: Optional[str]
    frame: Optional[int]
    reason: str


class FoundPeople(NamedTuple):
    """What a network finds in a picture.

    Attributes:
        poses (Poses): In pixels of what it was shown, all of them, best first.
        keypoint_tags (np.ndarray, optional): As in :class:`Prediction`.
        masks (sequence[dict], optional): As there, of what it was shown.
    """

    poses: Poses
    keypoint_tags: Optional[np.ndarray] = None
    masks: Optional[Sequence[Rle]] = None


class Prepared(NamedTuple):
    """A picture, and the network's input made of it."""

    picture: Picture
    image: np.ndarray
    inputs: Any


class BasePredictor(ABC):
    """What all predictors share: sources, batches, thresholds, tracks; without torch and MMPose.

    Reading goes on beside the network, a few pictures ahead of it, so that videos of any length
    take the same memory. A subclass has a network, and sets the attributes below.

    Args:
        batch_size (int): Most pictures that the network sees at a time, those of them that are of
            one size for it. Cameras get 1.
        max_people (int, optional): Most people of a picture, the best ones.
        region (sequence[int], optional): Left, top, right and bottom, in pixels: look only there.
        track (bool | dict): Number people over the frames of videos, see :func:`follow`; a dict
            has options of :class:`mmpose_ae.tracking.Tracker`: with ``dict(colors={})`` people
            are known by their colors, too.
        smooth (bool): With ``track``: also smooth the positions of their keypoints over time.

    Attributes:
        name (str): Of the model.
        keypoint_names (tuple): Name of each of the K keypoints.
        skeleton (tuple): Pairs of keypoints that a limb connects.
        sigmas (sequence): Tolerance of each keypoint, (K,).
        score_threshold (float): Least score of the people that are kept.
        tags_over_time (bool): Whether a person's tag is the same in all frames of a video.
        stopwatch (Stopwatch): Where the time goes.
        left_out (int): People so far who were found, but with a lower score.

    Raises:
        ValueError: An option does not make sense.
    """

    name: str
    keypoint_names: Tuple[str, ...]
    skeleton: Tuple[Tuple[int, int], ...]
    sigmas: Sequence[float]
    score_threshold: float
    tags_over_time: bool = False
    stopwatch: Stopwatch

    def __init__(
        self,
        batch_size: int = 1,
        max_people: Optional[int] = None,
        region: Optional[Sequence[int]] = None,
        track: Union[bool, dict] = False,
        smooth: bool = False,
    ) -> None:
        check_count('batch_size', batch_size, 1)
        if max_people is not None:
            check_count('max_people', max_people, 1)
        self.batch_size, self.max_people = batch_size, max_people
        self.track, self.smooth = check_track(track, smooth), smooth
        self.left_out = 0
        self.region = None if region is None else check_region(region)

    @abstractmethod
    def fingerprint(self) -> Dict[str, str]:
        """What tells this network from others, by name."""

    @abstractmethod
    def _load_image(self, picture: Picture) -> np.ndarray:
        """The picture, (H, W, 3), BGR; OSError or ValueError if it cannot be read."""

    @abstractmethod
    def _make_input(self, image: np.ndarray, path: Optional[str]) -> Any:
        """What the network takes, of the part of a picture that it is shown."""

    @abstractmethod
    def _shape(self, inputs: Any) -> Tuple[int, ...]:
        """The shape of an input, or of all that it consists of, by which inputs fit together."""

    @abstractmethod
    def _find(self, inputs: List[Any]) -> List[FoundPeople]:
        """Show inputs of one shape to the network, as a batch."""

    def __call__(
        self,
        source: Any,
        keep_images: bool = True,
        on_failure: Optional[Callable[[Failure], None]] = None,
    ) -> Iterator[Prediction]:
        """Predict the pictures of a source.

        Args:
            source: See :func:`open_source`.
            keep_images (bool): Predictions hold their picture, to be drawn or cut.
            on_failure (callable, optional): Told of each picture that cannot be read; the others
                are done. None raises.

        Yields:
            Prediction: Of each picture, in order.

        Raises:
            ValueError: A picture cannot be read.
        """
        with closing(self._predict_all(source, on_failure or _raise)) as predictions:
            known = predictions if self.track is None else self._follow(predictions)
            for prediction in known:
                best = prediction.best(max_people=self.max_people)
                yield best if keep_images else best.without_image()

    def _follow(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        return follow(
            predictions,
            self.sigmas,
            self.score_threshold,
            self.smooth,
            self.track,
            self.tags_over_time,
        )

    def _predict_all(self, source: Any, report: Callable[[Failure], None]) -> Iterator[Prediction]:
        """Predict the pictures of a source, each by itself."""
        with closing(read_ahead(self._prepare_all(source), 2 * self.batch_size)) as prepared:
            for batch in _batches(prepared, self.batch_size):
                whole = [each for each in batch if isinstance(each, Prepared)]
                predicted = iter(self._predict(whole))
                for each in batch:
                    if isinstance(each, Failure):
                        report(each)
                    else:
                        yield next(predicted)

    def _prepare_all(self, source: Any) -> Iterator[Union[Prepared, Failure]]:
        """Read pictures and make inputs of them; what cannot be read becomes a failure."""
        pictures = open_source(source)
        while True:
            with self.stopwatch('reading'):
                picture = next(pictures, None)
                prepared = picture and self._prepare(picture)
            if picture is None:
                return
            yield prepared

    def _prepare(self, picture: Picture) -> Union[Prepared, Failure]:
        if picture.error:
            return Failure(picture.path, picture.frame, picture.error)
        try:
            image = self._load_image(picture)
            seen = image if self.region is None else cut(image, self.region)
            inputs = self._make_input(pad_long(seen), picture.path)
        except (OSError, ValueError, *opencv_errors()) as error:
            return _failure(picture, str(error))
        return Prepared(picture, image, inputs)

    def _predict(self, batch: List[Prepared]) -> List[Prediction]:
        """Predict pictures, those of one size together: filling up would change who is found."""
        of_size: Dict[Any, List[int]] = {}
        for place, each in enumerate(batch):
            of_size.setdefault(self._shape(each.inputs), []).append(place)
        found: Dict[int, FoundPeople] = {}
        for places in of_size.values():
            with self.stopwatch('network'):
                found.update(zip(places, self._find([batch[place].inputs for place in places])))
        return [self._to_prediction(each, found[place]) for place, each in enumerate(batch)]

    def _to_prediction(self, prepared: Prepared, found: FoundPeople) -> Prediction:
        picture, image = prepared.picture, to_eight_bits(prepared.image)
        self.left_out += int((found.poses.instance_scores < self.score_threshold).sum())
        corner, size = (0, 0) if self.region is None else self.region[:2], image.shape[1::-1]
        keypoints = (found.poses.keypoints + np.array(corner, np.float32)).astype(np.float32)
        prediction = Prediction(
            replace(found.poses, keypoints=keypoints),
            size,
            self.keypoint_names,
            self.skeleton,
            path=picture.path,
            frame=picture.frame,
            video=picture.video,
            seconds=picture.seconds,
            image=image,
            keypoint_tags=found.keypoint_tags,
            masks=None if found.masks is None else place_masks(found.masks, corner, size),
        )
        return prediction.best(self.score_threshold * (FAINT if follows_faint(self.track) else 1))


def choose_score(given: Optional[float], chosen: Optional[float]) -> float:
    """Choose the least score of a person, and say so where the user has not given it.

    Args:
        given (float, optional): What the user wants.
        chosen (float, optional): What was chosen on validation data.

    Returns:
        float: The first that there is, or 0.2.

    Raises:
        ValueError: It is not a number.
    """
    if given is not None and not np.isfinite(given):
        raise ValueError(f'the least score of a person must be a number, got {given}')
    if given is None and chosen is not None:
        print(
            f'people with a score from {chosen:.3g} on are kept, as was chosen on validation data'
        )
    elif given is None:
        print(
            f'people with a score from {DEFAULT_SCORE} on are kept: no threshold was chosen on '
            'validation data (mmpose-ae test CONFIG CHECKPOINT --choose-threshold)'
        )
    return float(next(each for each in (given, chosen, DEFAULT_SCORE) if each is not None))


def _batches(
    items: Iterable[Union[Prepared, Failure]], size: int
) -> Iterator[List[Union[Prepared, Failure]]]:
    """Take items together; a frame of a camera is not made to wait for the next ones."""
    items = iter(items)
    for first in items:
        live = isinstance(first, Prepared) and first.picture.video and first.picture.video.live
        yield [first, *islice(items, 0 if live else size - 1)]


def _failure(picture: Picture, reason: str) -> Failure:
    """What is wrong with a picture, and with which one."""
    if picture.path and picture.path not in reason:
        frame = '' if picture.frame is None else f', frame {picture.frame}'
        reason = f'{picture.path}{frame}: {reason}'
    return Failure(picture.path, picture.frame, reason)


def _raise(failure: Failure) -> None:
    raise ValueError(failure.reason)
