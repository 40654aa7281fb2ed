"""A trained estimator that can be exported, with what its config says about its input."""

from pathlib import Path
from typing import NamedTuple, Union

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.runner import load_checkpoint
from mmpose.apis import init_model
from mmpose.models.backbones.litehrnet import CrossResolutionWeighting
from mmpose.models.pose_estimators import BottomupPoseEstimator

from mmpose_ae.checkpoints import cache_path
from mmpose_ae.cli.faults import naming_types
from mmpose_ae.config_files import override
from mmpose_ae.datasets.transforms import BottomupResize
from mmpose_ae.frame import Size
from mmpose_ae.images import Resize
from mmpose_ae.models.center_group import CenterGroupHead, CenterOffsetHead
from mmpose_ae.models.cid import CIDHead
from mmpose_ae.models.dekr import DEKRHead
from mmpose_ae.models.heads import AEHead
from mmpose_ae.models.pose_estimators import BottomupPoseEstimator as OwnEstimator
from mmpose_ae.prediction.finding import find_model

from .input_pipeline import read_resize

NEEDED = ('dataset_name', 'flip_indices', 'sigmas', 'skeleton_links')  # of a metainfo
HEADS = (AEHead, CenterOffsetHead, CenterGroupHead, CIDHead, DEKRHead)  # and their subclasses


class Loaded(NamedTuple):
    """What a file is made of.

    Attributes:
        name (str): Of the config.
        config (Config): What it says.
        model (BottomupPoseEstimator): With its weights, on the CPU.
        resize (BottomupResize): How pictures become inputs.
        checkpoint (str): File or address of the weights.
        meta (dict): What the checkpoint says besides.
    """

    name: str
    config: Config
    model: BottomupPoseEstimator
    resize: BottomupResize
    checkpoint: str
    meta: dict

    @property
    def step(self) -> int:
        """Sides of inputs are multiples of this, in pixels."""
        return self.resize.size_factor

    @property
    def input_size(self) -> Size:
        """Size (w, h) of the input that a picture of the config's ``input_size`` becomes."""
        size = self.resize.input_size
        return Resize(size, self.resize.resize_mode, self.step).box(size).input_size

    @property
    def file(self) -> Path:
        """The file of the weights, also of those that were downloaded."""
        path = Path(self.checkpoint)
        return path if path.exists() else cache_path(self.checkpoint)


def load(config: Union[str, Path], checkpoint: Union[str, Path], cfg_options: dict) -> Loaded:
    """Build an estimator and load its weights.

    Args:
        config (str | Path): A config, or a name of the zoo.
        checkpoint (str | Path): Weights: a file or an address.
        cfg_options (dict): Settings of the config to override.

    Returns:
        Loaded: Ready to be exported.

    Raises:
        CheckpointError: The weights cannot be read, or are of another network.
        ValueError: There is no such model, or it is not one that can be exported.
    """
    found = find_model(str(config), checkpoint)
    override(found.config, cfg_options)
    if found.config.model.get('refiner'):
        raise ValueError(
            f'{found.name} cannot be exported with its refiner, which looks at the picture again '
            'when people are known: --cfg-options model.refiner=None leaves it out'
        )
    with naming_types(found.config):
        model = init_model(found.config, device='cpu')
    _check_model(model, found.name)
    resize = read_resize(found.config, found.name, model.data_preprocessor)
    logger = MMLogger.get_current_instance()
    loaded = load_checkpoint(model, found.checkpoint, map_location='cpu', logger=logger)
    meta = loaded.get('meta') or {}
    model.dataset_meta = meta.get('dataset_meta', model.dataset_meta)
    _check_people(model.dataset_meta, found.checkpoint)
    if isinstance(model, OwnEstimator):
        model.check_keypoints()
    return Loaded(found.name, found.config, model, resize, found.checkpoint, meta)


def _check_model(model: BottomupPoseEstimator, name: str) -> None:
    """Refuse what would come out wrong, or not at all."""
    head = getattr(model, 'head', None)
    predicts_alike = getattr(type(head), 'predict', None) in [kind.predict for kind in HEADS]
    if not isinstance(head, HEADS) or not predicts_alike:
        known = ', '.join(kind.__name__ for kind in HEADS)
        raise ValueError(
            f'{name} cannot be exported: its head is of type {type(head).__name__}, which predicts '
            f'in a way of its own; known are {known} and what predicts as they do'
        )
    if head.decoder is None:
        raise ValueError(f'{name} cannot be exported: give its head a decoder, which groups people')
    if any(isinstance(part, CrossResolutionWeighting) for part in model.backbone.modules()):
        raise ValueError(
            f'{name} cannot be exported: its backbone pools to sizes that depend on the picture; '
            'the LiteHRNet of scope mmpose_ae takes the same weights and pools by fixed factors'
        )
    for option in ('multiscale_test', 'ground_truth'):
        if model.test_cfg.get(option):
            raise ValueError(
                f'{name} cannot be exported with {option} in its test_cfg: a file looks at one '
                f'size of a picture; --cfg-options model.test_cfg.{option}="" leaves it out'
            )


def _check_people(metainfo: dict, checkpoint: str) -> None:
    """Refuse what does not say of people what a file has to say."""
    missing = [key for key in NEEDED if key not in metainfo]
    if missing:
        raise ValueError(
            f'{checkpoint} cannot be exported: its metainfo has no {", ".join(missing)}'
        )
