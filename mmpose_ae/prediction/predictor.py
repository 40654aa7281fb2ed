"""From any source of pictures to their people, with a config and a checkpoint."""

import hashlib
import json
from contextlib import closing, nullcontext
from itertools import islice
from pathlib import Path
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

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.logging import MMLogger, print_log
from mmengine.runner import load_checkpoint
from mmpose.apis import init_model
from mmpose.structures import PoseDataSample

from mmpose_ae.evaluation import read_tags
from mmpose_ae.grouping import Poses

from .background import read_ahead
from .finding import find_model
from .prediction import Prediction
from .sources import Picture, open_source
from .stopwatch import Stopwatch
from .tracking import FAINT, follow

DEFAULT_SCORE = 0.2  # where none was chosen on validation data
DIGITS = 12  # of a hash
CHOSEN_SCORE = 'score_threshold'  # where the checkpoint's meta keeps it
LONGEST = 8  # longer pictures, in parts of their short side, are padded at that: else the resized
# short side makes them larger than any memory


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


class Prepared(NamedTuple):
    """A picture, and the network's input made of it."""

    picture: Picture
    image: np.ndarray
    inputs: dict


class Predictor:
    """Find the people in pictures: ``for prediction in Predictor(MODEL)(SOURCE)``.

    Reading goes on beside the network, a few pictures ahead of it, so that videos of any length
    take the same memory.

    Args:
        model (str | Path | Config, optional): A config, its file, or the name of a published model,
            whose weights are downloaded once. None is the newest run in ``work_dirs``.
        checkpoint (str | Path, optional): Weights, a file or an address. None takes those that
            belong to the name or the run.
        device (str, optional): ``'cpu'``, ``'cuda'``, ``'cuda:1'``. None is a GPU if there is one.
        batch_size (int): Pictures that the network sees at a time. Cameras get 1. Pictures of
            unequal size are padded with black, as the network knows it from training.
        amp (bool): Mixed precision: float16 on a GPU, bfloat16 on the CPU.
        compile (bool): Compile the backbone; the first picture of each size takes a while.
        flip (bool, optional): Also look at the mirrored picture. None does as the config says.
        scales (sequence[float], optional): Further sizes to look at, 0.5 or 2 for one. None is as
            the config says.
        score_threshold (float, optional): Least score of a person. None is what was chosen on
            validation data (``mmpose-ae test --choose-threshold``), or 0.2.
        max_people (int, optional): Most people of a picture, the best ones.
        region (sequence[int], optional): Left, top, right and bottom, in pixels: look only there.
        track (bool | dict): Number people over the frames of videos, see :func:`follow`; a dict
            has options of :class:`mmpose_ae.tracking.Tracker`.
        smooth (bool): With ``track``: also smooth the positions of their keypoints over time.
        cfg_options (dict, optional): Settings of the config to override.
        keypoint_tags (bool): Also read the tags under the keypoints, of methods that have some.

    Raises:
        ValueError: An option does not make sense, or there is no such model.
        CheckpointError: The weights cannot be downloaded, read, or are of another network.
    """

    def __init__(
        self,
        model: Union[None, str, Path, Config] = None,
        checkpoint: Union[None, str, Path] = None,
        device: Optional[str] = None,
        batch_size: int = 1,
        amp: bool = False,
        compile: bool = False,  # noqa: A002
        flip: Optional[bool] = None,
        scales: Optional[Sequence[float]] = None,
        score_threshold: Optional[float] = None,
        max_people: Optional[int] = None,
        region: Optional[Sequence[int]] = None,
        track: Union[bool, dict] = False,
        smooth: bool = False,
        cfg_options: Optional[dict] = None,
        keypoint_tags: bool = False,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f'batch_size must be 1 or more, got {batch_size}')
        if max_people is not None and max_people < 1:
            raise ValueError(f'max_people must be 1 or more, got {max_people}')
        if smooth and track is False:
            raise ValueError('smooth is of people who are tracked: it needs track=True')
        self.track, self.smooth = track, smooth
        self.region = None if region is None else _check_region(region)
        self.device = _check_device(device or get_device())
        found = find_model(model, checkpoint)
        self.name = found.name
        cfg = _adapt(found.config, flip, scales, cfg_options or {})
        if keypoint_tags:
            cfg.merge_from_dict({'model.test_cfg.output_heatmaps': True})
        self.model = init_model(cfg, device=self.device)
        meta = self._load_weights(found.checkpoint)
        if compile:
            self.model.backbone.compile()
        self.batch_size, self.amp, self.max_people = batch_size, amp, max_people
        self.score_threshold = self._read_threshold(score_threshold, meta)
        load, *rest = cfg.test_dataloader.dataset.pipeline
        self._load, self._prepare_input = Compose([load]), Compose(rest)
        people = self.model.dataset_meta
        self.keypoint_names = tuple(
            people['keypoint_id2name'][k] for k in range(people['num_keypoints'])
        )
        self.skeleton = tuple(map(tuple, people['skeleton_links']))
        self.stopwatch = Stopwatch(self.device)
        self.stopwatch.watch(self.model.head.decoder, 'decoding', ('propose', 'pick', 'group'))

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
            known = predictions if self.track is False else self._follow(predictions)
            for prediction in known:
                best = prediction.best(max_people=self.max_people)
                yield best if keep_images else best.without_image()

    def _follow(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        sigmas = self.model.dataset_meta['sigmas']
        options = self.track if isinstance(self.track, dict) else None
        return follow(predictions, sigmas, self.score_threshold, self.smooth, options)

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

    def fingerprint(self) -> Dict[str, str]:
        """What tells this network from others, and its pipeline.

        Returns:
            dict: ``config`` and ``weights``, a short hash of each.
        """
        parts = [self.model.cfg.model, self.model.cfg.test_dataloader.dataset.pipeline]
        weights = hashlib.sha256()
        for name, values in self.model.state_dict().items():
            weights.update(name.encode())
            weights.update(values.cpu().contiguous().view(-1).view(torch.uint8).numpy())
        config = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode())
        return dict(config=config.hexdigest()[:DIGITS], weights=weights.hexdigest()[:DIGITS])

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
        given = dict(img_path=picture.path)
        if picture.image is not None:
            given['img'] = picture.image
        try:
            image = self._load(given)['img']
            inputs = self._make_input(image, picture)
        except (OSError, ValueError, cv2.error) as error:
            return _failure(picture, str(error))
        return Prepared(picture, image, inputs)

    def _make_input(self, image: np.ndarray, picture: Picture) -> dict:
        seen = image if self.region is None else _cut(image, self.region)
        seen = _pad_long(seen)
        shape = dict(img_shape=seen.shape[:2], ori_shape=seen.shape[:2])
        given = dict(img=seen, img_path=picture.path, **shape)
        return self._prepare_input({**given, **self.model.dataset_meta})

    def _load_weights(self, checkpoint: str) -> dict:
        """Load the weights; gives what their checkpoint says besides."""
        logger = MMLogger.get_current_instance()
        loaded = load_checkpoint(self.model, checkpoint, map_location='cpu', logger=logger)
        meta = loaded.get('meta') or {}
        self.model.dataset_meta = meta.get('dataset_meta', self.model.dataset_meta)
        return meta

    @torch.no_grad()
    def _predict(self, batch: List[Prepared]) -> List[Prediction]:
        if not batch:
            return []
        with self.stopwatch('network'), self._precision():
            samples = self.model.test_step(pseudo_collate([each.inputs for each in batch]))
        return [self._to_prediction(*pair) for pair in zip(batch, samples)]

    def _precision(self) -> Any:
        if not self.amp:
            return nullcontext()
        kind = torch.device(self.device).type
        return torch.autocast(kind, torch.bfloat16 if kind == 'cpu' else torch.float16)

    def _to_prediction(self, prepared: Prepared, sample: PoseDataSample) -> Prediction:
        picture, image = prepared.picture, prepared.image
        people = sample.pred_instances
        offset = 0 if self.region is None else np.array(self.region[:2], np.float32)
        poses = Poses(
            (people.keypoints + offset).astype(np.float32),
            people.keypoint_scores,
            people.bbox_scores,
            people.get('tags'),
            people.get('keypoints_filled'),
        )
        prediction = Prediction(
            poses,
            image.shape[1::-1],
            self.keypoint_names,
            self.skeleton,
            path=picture.path,
            frame=picture.frame,
            video=picture.video,
            image=image,
            keypoint_tags=_read_tags(sample),
        )
        return prediction.best(self.score_threshold * (1 if self.track is False else FAINT))

    @staticmethod
    def _read_threshold(given: Optional[float], meta: dict) -> float:
        if given is not None:
            return given
        chosen = meta.get(CHOSEN_SCORE)
        if chosen is None:
            print_log(
                f'people with a score from {DEFAULT_SCORE} on are kept: no threshold was chosen on '
                'validation data (mmpose-ae test CONFIG CHECKPOINT --choose-threshold)'
            )
            return DEFAULT_SCORE
        return float(chosen)


def _read_tags(sample: PoseDataSample) -> Optional[np.ndarray]:
    """The tags under the keypoints of a sample; None where its maps have none or were not kept."""
    if 'tags' not in sample.get('pred_fields', ()):
        return None
    tags, _ = read_tags(sample.pred_instances.keypoints, sample.to_dict())
    return tags


def _adapt(
    cfg: Config, flip: Optional[bool], scales: Optional[Sequence[float]], options: dict
) -> Config:
    """Apply the options of testing to a copy of a config."""
    cfg = Config(cfg.to_dict(), filename=cfg.filename)
    cfg.merge_from_dict(options)
    if flip is not None:
        cfg.merge_from_dict({'model.test_cfg.flip_test': flip})
    if scales is not None:
        resizes = [
            step
            for step in cfg.test_dataloader.dataset.pipeline
            if step['type'].endswith('BottomupResize')
        ]
        if not resizes:
            raise ValueError('scales need a BottomupResize in the test pipeline of the config')
        resizes[0].aug_scales = list(scales) or None
        cfg.merge_from_dict({'model.test_cfg.multiscale_test': bool(scales)})
    return cfg


def _check_device(device: str) -> str:
    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f'the device {device} cannot be used: {reason}') from error
    return device


def _check_region(region: Sequence[int]) -> Tuple[int, ...]:
    sides = tuple(map(int, region))
    if len(sides) != 4 or sides != tuple(region) or not _is_box(*sides):
        raise ValueError(f'a region is left, top, right, bottom in pixels, got {tuple(region)}')
    return sides


def _is_box(left: int, top: int, right: int, bottom: int) -> bool:
    return 0 <= left < right and 0 <= top < bottom


def _cut(image: np.ndarray, region: Tuple[int, ...]) -> np.ndarray:
    left, top, right, bottom = region
    seen = image[top:bottom, left:right]
    if not seen.size:
        height, width = image.shape[:2]
        raise ValueError(f'the region {region} is outside the picture of {width}x{height} pixels')
    return seen


def _pad_long(image: np.ndarray) -> np.ndarray:
    """Widen the short side of a very long picture with black, at the right or bottom."""
    height, width = image.shape[:2]
    bottom, right = max(-(-width // LONGEST) - height, 0), max(-(-height // LONGEST) - width, 0)
    if not bottom and not right:
        return image
    return cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(0, 0, 0))


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
