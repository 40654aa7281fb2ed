"""From any source of pictures to their people, with a config and a checkpoint."""

import hashlib
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.logging import MMLogger
from mmengine.runner import load_checkpoint
from mmpose.apis import init_model
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.structures import PoseDataSample

from mmpose_ae.cli.faults import naming_types
from mmpose_ae.config_files import config_part, find_test_pipeline, override
from mmpose_ae.engine import accelerate, mixed_precision
from mmpose_ae.evaluation import read_tags
from mmpose_ae.metainfo import keypoint_names
from mmpose_ae.models.heads import to_poses
from mmpose_ae.models.pose_estimators import BottomupPoseEstimator
from mmpose_ae.options import check_number

from .base import BasePredictor, FoundPeople, choose_score
from .finding import find_model
from .sources import Picture
from .stopwatch import Stopwatch

DIGITS = 12  # of a hash


class Predictor(BasePredictor):
    """Find the people in pictures: ``for prediction in Predictor(MODEL)(SOURCE)``.

    Args:
        model (str | Path | Config, optional): A config, its file, or the name of a published model,
            whose weights are downloaded once. None is the newest run in ``work_dirs``.
        checkpoint (str | Path, optional): Weights, a file or an address. None takes those that
            belong to the name or the run.
        device (str, optional): ``'cpu'``, ``'cuda'``, ``'cuda:1'``. None is a GPU if there is one.
        batch_size (int): Most pictures that the network sees at a time, those of them that are of
            one size for it. Cameras get 1.
        amp (bool): Mixed precision: float16 on a GPU, bfloat16 on a CPU that has it.
        compile (bool): Compile the backbone; the first picture of each size takes a while.
        flip (bool, optional): Also look at the mirrored picture. None does as the config says.
        scales (sequence[float], optional): Further sizes to look at, 0.5 or 2 for one. None is as
            the config says.
        score_threshold (float, optional): Least score of a person. None is what was chosen on
            validation data (``mmpose-ae test --choose-threshold``), or 0.2.
        max_people (int, optional): Most people of a picture, the best ones.
        region (sequence[int], optional): Left, top, right and bottom, in pixels: look only there.
        track (bool | dict): Number people over the frames of videos, see :func:`follow`; a dict
            has options of :class:`mmpose_ae.tracking.Tracker`: with ``dict(colors={})`` people
            are known by their colors, too.
        smooth (bool): With ``track``: also smooth the positions of their keypoints over time.
        cfg_options (dict, optional): Settings of the config to override.
        keypoint_tags (bool): Also read the tags under the keypoints, of methods that have some.
        channels_last (bool): Keep weights and features in that order in memory.

    Raises:
        ValueError: An option does not make sense, or there is no such model, or it is not of poses,
            or it ranks by a learned score of other keypoints.
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
        channels_last: bool = False,
    ) -> None:
        super().__init__(batch_size, max_people, region, track, smooth)
        self.device = _check_device(device or get_device())
        found = find_model(model, checkpoint)
        self.name = found.name
        for part in ('model.backbone', 'model.head'):
            config_part(found.config, part)
        cfg = _adapt(found.config, flip, scales, cfg_options or {})
        if keypoint_tags:
            cfg.merge_from_dict({'model.test_cfg.output_heatmaps': True})
        with naming_types(cfg):
            self.model = init_model(cfg, device=self.device)
            if not isinstance(self.model.head.decoder, BaseKeypointCodec):
                raise ValueError(
                    f'{self.name} finds no keypoints, but what {type(self.model).__name__} finds; '
                    'tools/test.py --show-dir draws that'
                )
            load, *rest = find_test_pipeline(cfg)
            self._load, self._prepare_input = Compose([load]), Compose(rest)
        meta = self._load_weights(found.checkpoint)
        accelerate(self.model, channels_last, compile)
        self.amp = amp
        chosen = read_chosen_score(meta, found.checkpoint)
        self.score_threshold = choose_score(score_threshold, chosen)
        people = self.model.dataset_meta
        self.keypoint_names = tuple(keypoint_names(people))
        self.skeleton = tuple(map(tuple, people['skeleton_links']))
        self.sigmas = people['sigmas']
        self.tags_over_time = getattr(self.model.head, 'tags_over_time', False)
        self.stopwatch = Stopwatch(self.device)
        self.stopwatch.watch(self.model.head.decoder, 'decoding', ('propose', 'pick', 'group'))

    def fingerprint(self) -> Dict[str, str]:
        """What tells this network from others, and its pipeline; its refiner is part of it.

        Returns:
            dict: ``config`` and ``weights``, a short hash of each.
        """
        parts = [self.model.cfg.model, self.model.cfg.test_dataloader.dataset.pipeline]
        weights = hashlib.sha256()
        refiner = getattr(self.model, 'refiner', None)
        more = refiner.network.model.state_dict() if refiner else {}
        for name, values in (*self.model.state_dict().items(), *more.items()):
            weights.update(name.encode())
            weights.update(values.cpu().contiguous().view(-1).view(torch.uint8).numpy())
        config = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode())
        return dict(config=config.hexdigest()[:DIGITS], weights=weights.hexdigest()[:DIGITS])

    def _load_image(self, picture: Picture) -> np.ndarray:
        given = dict(img_path=picture.path)
        if picture.image is not None:
            given['img'] = picture.image
        return self._load(given)['img']

    def _make_input(self, image: np.ndarray, path: Optional[str]) -> dict:
        shape = dict(img_shape=image.shape[:2], ori_shape=image.shape[:2])
        given = dict(img=image, given_image=image, img_path=path, **shape)
        return self._prepare_input({**given, **self.model.dataset_meta})

    def _load_weights(self, checkpoint: str) -> dict:
        """Load the weights; gives what their checkpoint says besides."""
        logger = MMLogger.get_current_instance()
        loaded = load_checkpoint(self.model, checkpoint, map_location='cpu', logger=logger)
        meta = loaded.get('meta') or {}
        self.model.dataset_meta = meta.get('dataset_meta', self.model.dataset_meta)
        if isinstance(self.model, BottomupPoseEstimator):
            self.model.check_keypoints()
        return meta

    def _shape(self, inputs: dict) -> Tuple[int, ...]:
        scales = inputs['inputs']
        scales = [scales] if isinstance(scales, torch.Tensor) else scales
        return tuple(side for scale in scales for side in scale.shape)

    @torch.no_grad()
    def _find(self, inputs: List[dict]) -> List[FoundPeople]:
        with self._precision():
            return [_read(sample) for sample in self.model.test_step(pseudo_collate(inputs))]

    def _precision(self) -> Any:
        return mixed_precision(self.device) if self.amp else nullcontext()


def read_chosen_score(meta: Dict[str, Any], checkpoint: str) -> Optional[float]:
    """Look up the least score of a person that was chosen on validation data.

    Args:
        meta (dict): What a checkpoint says besides its weights.
        checkpoint (str): The checkpoint, for the message.

    Returns:
        float, optional: The score. None if none was chosen.

    Raises:
        ValueError: It is not a number.
    """
    score = meta.get('score_threshold')
    if score is not None:
        check_number(f'score_threshold in the meta of {checkpoint}', score)
    return score


def _read(sample: PoseDataSample) -> FoundPeople:
    """The people of a sample, in pixels of what the network was shown."""
    masks = sample.pred_instances.get('masks')
    return FoundPeople(to_poses(sample.pred_instances), _read_tags(sample), masks)


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
    override(cfg, options)
    if flip is not None:
        cfg.merge_from_dict({'model.test_cfg.flip_test': flip})
    if scales is not None:
        resizes = [
            step for step in find_test_pipeline(cfg) if step['type'].endswith('BottomupResize')
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
