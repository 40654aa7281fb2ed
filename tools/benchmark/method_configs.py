"""The methods that are compared, the images, and configs in which all else is equal."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Optional

from mmengine.config import Config

from mmpose_ae.cli.command_line import read_config
from mmpose_ae.datasets.synth_crowd import Settings

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / 'configs'
RECURRENT = ROOT / 'projects/recurrent_association/configs/synth_crowd'
DATASET = CONFIGS / '_base_/datasets/synth_crowd_crowded.py'
LOADERS = ('train_dataloader', 'test_dataloader')
BATCH_SIZE = 8  # of our configs, and so of peers
DATA = {
    'plain': Settings(),
    'crowded': Settings(people=(2, 12), heights=(0.4, 1.0), crowding=0.5),
    'overlapping': Settings(
        people=(2, 5), heights=(0.8, 1.0), crowding=0.8, unlabelled=0.0, crowd_region=0.0
    ),
    'dense': Settings(people=(6, 20), heights=(0.2, 1.0), crowding=0.6),
}


def _config(folder: str, name: str, epochs: int = 7) -> Path:
    file = f'{name}_hourglass-tiny_1xb8-{epochs}e_synth_crowd_crowded-192x192.py'
    return CONFIGS / folder / 'synth_crowd' / file


@dataclass(frozen=True)
class Method:
    """A config, and the one whose weights its training starts from.

    Attributes:
        label (str): What the table calls it.
        config (Path): Where it is.
        options (dict): Settings of the config to override.
        first (Path, optional): Config of what is trained before, on the same images.
    """

    label: str
    config: Path
    options: Dict = field(default_factory=dict)
    first: Optional[Path] = None


METHODS = {
    'ae': Method('AE', _config('coupled_embedding', 'ae')),
    'ae-tag8': Method('AE, L = 8', _config('coupled_embedding', 'ae-tag8')),
    'ae-features': Method('AE on features', _config('swahr', 'ae-features')),
    'higher': Method('HigherHRNet', _config('associative_embedding', 'ae-finer')),
    'higher-tag8': Method('HigherHRNet, L = 8', _config('associative_embedding', 'ae-finer-tag8')),
    'swahr': Method('SWAHR', _config('swahr', 'swahr')),
    'swahr-scales': Method(
        'SWAHR, scales alone',
        _config('swahr', 'swahr'),
        {'model.head.keypoint_loss': dict(gamma=None, scale_weight=0.01)},
    ),
    'ce': Method('Coupled Embedding', _config('coupled_embedding', 'ce')),
    'offsets': Method('offsets', _config('center_group', 'center-offset')),
    'dekr': Method('DEKR', _config('dekr', 'dekr')),
    'cid': Method('CID', _config('cid', 'cid')),
    'cid-boxes': Method('CID, boxes', _config('cid', 'cid-boxes')),
    'center-group': Method(
        'CenterGroup',
        _config('center_group', 'center-group', 3),
        first=_config('center_group', 'center-ae'),
    ),
    'recurrent': Method(
        'recurrent association',
        RECURRENT / 'recurrent_hourglass-tiny_1xb1-1e_synth_crowd_overlap-128x128.py',
        first=RECURRENT / 'ae_hourglass-tiny_1xb8-10e_synth_crowd_overlap-128x128.py',
    ),
}


@dataclass(frozen=True)
class Form:
    """What the rows of a table have in common.

    Attributes:
        train (int): Number of images.
        val (int): Number of images.
        side (int): Of the network's input, in pixels.
        epochs (int): Of all that is trained for a row.
        batch_size (int, optional): Of training; None is that of the config.
        workers (int): Processes that read images.
        videos (int): On which switches of ids are counted.
        frames (int): Of each video.
        repeats (int): Timed runs.
    """

    train: int = 3000
    val: int = 500
    side: int = 192
    epochs: int = 7
    batch_size: Optional[int] = None
    workers: int = 0
    videos: int = 4
    frames: int = 60
    repeats: int = 10


@dataclass(frozen=True)
class Run:
    """A method that is trained on some data with a seed; the row of a table.

    Attributes:
        method (str): One of ``METHODS``, or of the peers.
        data (str): One of ``DATA``.
        seed (int): Of training.
        form (Form): What all rows have in common.
        folder (Path): Of the table.
    """

    method: str
    data: str
    seed: int
    form: Form
    folder: Path

    @property
    def work_dir(self) -> Path:
        """Folder of the run."""
        return self.folder / f'{self.method}_{self.data}_seed{self.seed}'

    @property
    def row_file(self) -> Path:
        """Where the row is, once it is measured."""
        return self.work_dir / 'row.json'

    @property
    def data_root(self) -> Path:
        """Folder of the images, which runs share."""
        return self.folder / 'data' / self.data


def put_on_data(cfg: Config, root: Path, side: int) -> None:
    """Put a config of any method on a data set of SynthCrowd, with the metrics of the table.

    Args:
        cfg (Config): Changed in place: datasets with their transforms, and the evaluator. There is
            no validation.
        root (Path): Folder of the data set.
        side (int): Of the network's input, in pixels.
    """
    base = Config.fromfile(DATASET)
    for name in LOADERS:
        dataset = base[name].dataset
        dataset.data_root, dataset.pipeline[1].input_size = str(root), (side, side)
        cfg[name].dataset = dataset
    ann_file = str(root / base.test_dataloader.dataset.ann_file)
    precision = dict(base.test_evaluator, type='CrowdSubsetMetric', ann_file=ann_file)
    cfg.test_evaluator = [precision, dict(type='ScoreThresholdMetric')]
    cfg.val_dataloader = cfg.val_evaluator = cfg.val_cfg = None


def make_config(
    run: Run, path: Path, epochs: int, work_dir: Path, options: Optional[Dict] = None
) -> Config:
    """Read a config and give it the data, schedule and seed of a run.

    Args:
        run (Run): The run.
        path (Path): The config.
        epochs (int): Of this training.
        work_dir (Path): Where its checkpoints go.
        options (dict, optional): Settings of the config to override.

    Returns:
        Config: For training, and for tests without flip test.
    """
    form, cfg = run.form, read_config(path, options or {})
    put_on_data(cfg, run.data_root, form.side)
    for name in LOADERS:
        cfg[name].update(num_workers=form.workers, persistent_workers=form.workers > 0)
    cfg.train_dataloader.batch_size = form.batch_size or cfg.train_dataloader.batch_size
    cfg.model.test_cfg = dict(flip_test=False)
    cfg.train_cfg.update(max_epochs=epochs)
    cfg.param_scheduler[1].update(end=epochs, T_max=epochs)
    cfg.default_hooks.checkpoint.update(interval=1, max_keep_ckpts=1, save_best=None)
    cfg.work_dir, cfg.randomness = str(work_dir), dict(seed=run.seed)
    cfg.experiment_name = '_'.join(work_dir.parts[-2:])  # runs of one name would share a log
    return cfg


def make_steps(run: Run) -> List[Config]:
    """Make the configs that are trained one after the other for a run.

    Args:
        run (Run): Of one of ``METHODS``.

    Returns:
        list[Config]: One or two, which have the epochs of the form together: of two the second has
        those of its own file, but at most half of all.
    """
    method, epochs = METHODS[run.method], run.form.epochs
    if method.first is None:
        return [make_config(run, method.config, epochs, run.work_dir, method.options)]
    own = min(read_config(method.config, {}).train_cfg.max_epochs, epochs // 2)
    return [
        make_config(run, method.first, epochs - own, run.work_dir / 'first'),
        make_config(run, method.config, own, run.work_dir, method.options),
    ]
