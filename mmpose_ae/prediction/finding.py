"""Which config and which weights: by file, by name of the zoo, or the newest run."""

from pathlib import Path
from typing import Iterator, List, NamedTuple, Tuple, Union

from mmengine.config import Config
from mmengine.logging import print_log

from mmpose_ae.checkpoints import list_checkpoints
from mmpose_ae.cli.command_line import read_config

from .zoo import ZooModel, config_path, list_models

RUNS = 'work_dirs'


class Found(NamedTuple):
    """A model that can be built.

    Attributes:
        name (str): Of its config.
        config (Config): What it is.
        checkpoint (str): File or address of its weights.
    """

    name: str
    config: Config
    checkpoint: str


def find_model(
    model: Union[None, str, Path, Config] = None, checkpoint: Union[None, str, Path] = None
) -> Found:
    """Find a model.

    Args:
        model (str | Path | Config, optional): A config, its file, or a name of the zoo. None is the
            newest run in ``work_dirs``.
        checkpoint (str | Path, optional): Weights of that model; by default those of the name or
            run.

    Returns:
        Found: Its weights are not read yet.

    Raises:
        ValueError: There is no such model, or nothing says where its weights are.
        FileNotFoundError: There is no such config.
    """
    if model is None and checkpoint is not None:
        raise ValueError(f'{checkpoint} needs the config that it was trained with')
    if model is None:
        config, checkpoint = _newest_run()
        cfg = read_config(config, {})
    elif isinstance(model, Config):
        cfg = model
    elif Path(model).suffix == '.py':
        cfg = read_config(model, {})
    else:
        entry = _named(str(model))
        cfg, checkpoint = read_config(config_path(entry), {}), checkpoint or entry.weights
    name = Path(cfg.filename or 'config').stem
    if not checkpoint:
        raise ValueError(
            f'{name} has no published weights: give a checkpoint (mmpose-ae models lists those '
            'that have)'
        )
    return Found(name, cfg, str(checkpoint))


def _named(name: str) -> ZooModel:
    models = {entry.name: entry for entry in list_models()}
    if name in models:
        return models[name]
    if Path(name).is_file():
        raise ValueError(
            f'{name} is no config, which ends in .py; weights are a checkpoint, beside their config'
        )
    close = _similar(name, [entry.name for entry in models.values() if entry.weights])
    meant = f'; did you mean {" or ".join(close)}?' if close else ''
    raise ValueError(f'there is no model {name}{meant} (mmpose-ae models lists all)')


def _similar(name: str, known: List[str]) -> List[str]:
    """Up to three names that contain one, or else look like it."""
    from difflib import get_close_matches

    return [each for each in known if name in each][:3] or get_close_matches(name, known, 3)


def list_runs(folder: Union[str, Path] = RUNS) -> Iterator[Tuple[Path, str]]:
    """Go through the runs that have a checkpoint, the newest first.

    Args:
        folder (str | Path): The runs are folders in it.

    Yields:
        tuple: Config, and newest checkpoint.
    """
    for config in sorted(Path(folder).glob('*/*.py'), key=_changed, reverse=True):
        run = Config(dict(work_dir=str(config.parent), default_hooks={}))
        newest = next(iter(list_checkpoints(run)), None)
        if newest:
            yield config, newest


def _newest_run() -> Tuple[Path, str]:
    """The config and the newest checkpoint of the newest run."""
    for config, checkpoint in list_runs():
        print_log(f'the newest run is {config.parent}: {Path(checkpoint).name}')
        return config, checkpoint
    raise ValueError(
        f'no run with a checkpoint below {Path(RUNS).absolute()}: name a model (mmpose-ae models), '
        'or give a config and a checkpoint'
    )


def _changed(config: Path) -> float:
    """When the folder of a run got its newest checkpoint."""
    return max((path.stat().st_mtime for path in config.parent.glob('*.pth')), default=0.0)
