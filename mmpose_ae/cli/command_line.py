"""The options that the tools share, named as in MMPose."""

import os
import sys
from argparse import Action, ArgumentError, ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Callable, Iterable, List, Sequence, Union

from mmengine.config import Config

from mmpose_ae.config_files import ConfigError, override, read_config_file
from mmpose_ae.environment import content_folder

from .settings import read_value

PACKAGE = 'mmpose_ae::'  # before configs of the package, in _base_


class SettingsAction(Action):
    """``--cfg-options``, as MMEngine's, but texts stay as they are; what is wrong is named."""

    def __call__(
        self, parser: Any, namespace: Namespace, values: Sequence[str], *option_string: str
    ) -> None:
        """Add settings to those of the namespace."""
        wrong = [value for value in values if '=' not in value]
        if wrong:
            raise ArgumentError(self, f'expected KEY=VALUE, got {" ".join(wrong)}')
        settings = dict(getattr(namespace, self.dest, None) or {})
        for key, _, value in (pair.partition('=') for pair in values):
            try:
                settings[key] = read_value(value)
            except ValueError as error:
                raise ArgumentError(self, f'{key}: {error}') from error
        setattr(namespace, self.dest, settings)


def config_parser(description: str) -> ArgumentParser:
    """Make a parser of a config and of what overrides it.

    Args:
        description (str): What the tool does, for its help.

    Returns:
        ArgumentParser: Takes a config and ``--cfg-options``; tools add their own.
    """
    parser = ArgumentParser(description=description)
    parser.add_argument('config', help='config file, or one of "mmpose-ae models --all"')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=SettingsAction,
        default={},
        help='override settings of the config: key=value, key="[a,b]"',
    )
    return parser


def drawing_parser(description: str, num_images: int) -> ArgumentParser:
    """Make a parser for a tool that draws what a trained model does on some images.

    Args:
        description (str): What the tool does, for its help.
        num_images (int): How many images it draws by default.

    Returns:
        ArgumentParser: Takes a config, a checkpoint, a folder and a number of images.
    """
    parser = config_parser(description)
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', default='pictures', help='folder of the pictures')
    parser.add_argument('--num', type=int, default=num_images, help='number of images')
    return parser


def run_drawing(
    draw: Callable[[Config, str, str, int], Iterable[Path]], description: str, num_images: int
) -> None:
    """Be the tool of a function that draws what a trained model does on some images.

    Args:
        draw (callable): Draws by a config, a checkpoint, a folder and a number of images; gives the
            pictures.
        description (str): What the tool does, for its help.
        num_images (int): How many images it draws by default.
    """
    args = drawing_parser(description, num_images).parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw(cfg, args.checkpoint, args.out, args.num):
        print(path)


def build_parser(description: str) -> ArgumentParser:
    """Make a parser of the options that training and testing share.

    Args:
        description (str): What the tool does, for its help.

    Returns:
        ArgumentParser: Takes a config and the shared options; tools add their own.
    """
    parser = config_parser(description)
    parser.add_argument(
        '--work-dir', help='folder of logs and checkpoints; work_dirs/<config name> by default'
    )
    parser.add_argument(
        '--show-dir',
        help='save pictures of predictions to this folder; each validation has a folder in it',
    )
    parser.add_argument('--show', action='store_true', help='show predictions in a window')
    parser.add_argument('--interval', type=int, default=1, help='draw the first of every n samples')
    parser.add_argument('--wait-time', type=float, default=1, help='seconds per window')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    # torch.distributed.launch, which mim calls, passes the rank as an option.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser


def read_settings(pairs: List[str]) -> dict:
    """Read ``KEY=VALUE`` as ``--cfg-options`` of the tools does.

    Args:
        pairs (list[str]): Settings of a config.

    Returns:
        dict: Values by key.

    Raises:
        ValueError: If one is not of that form, or its brackets do not match.
    """
    namespace = Namespace()
    try:
        SettingsAction(['--cfg-options'], 'cfg_options')(None, namespace, pairs)
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    return namespace.cfg_options


def find_projects() -> None:
    """Let ``custom_imports`` of configs name what ``read_config`` says."""
    for folder in (os.getcwd(), str(content_folder())):
        if folder not in sys.path:
            sys.path.append(folder)


def read_config(path: Union[str, Path], cfg_options: dict) -> Config:
    """Read a config and override settings of it.

    Its ``custom_imports`` may name modules below the working directory, as configs of projects do,
    and the projects that an installed package carries.

    Args:
        path (str | Path): The config file; where there is none, one that the package carries, by
            its path as documents print it, ``configs/...``, as ``_base_`` of a config names it,
            ``mmpose_ae::...``, or by its name.
        cfg_options (dict): What ``--cfg-options`` says.

    Returns:
        Config: The config with these settings.

    Raises:
        FileNotFoundError: There is no such config.
        ConfigError: It is no Python, or there is no place for a setting.
    """
    find_projects()
    cfg = read_config_file(_locate(Path(path)))
    override(cfg, cfg_options)
    return cfg


def _locate(path: Path) -> Path:
    """The file itself, or that of the package."""
    shipped, name = content_folder(), str(path)
    if name.startswith(PACKAGE):
        places = [shipped / 'configs' / name[len(PACKAGE) :]]
    else:
        places = [path, shipped / path]
        places += [] if path.is_absolute() else shipped.glob(f'configs/*/*/{path}.py')
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(
        f'no config {path}: give a file, one of configs/..., or a name of "mmpose-ae models --all"'
    )


def load_config(args: Namespace) -> Config:
    """Read the config and apply the shared options.

    Args:
        args (Namespace): What the parser of ``build_parser`` returned.

    Returns:
        Config: The config with ``--cfg-options`` first and the other options on top.

    Raises:
        ConfigError: If pictures are asked for and the config has no visualization hook.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = read_config(args.config, args.cfg_options)
    cfg.launcher = args.launcher
    default_work_dir = cfg.get('work_dir') or f'work_dirs/{Path(args.config).stem}'
    cfg.work_dir = args.work_dir or default_work_dir
    if args.show or args.show_dir:
        _enable_visualization(cfg, args)
    return cfg


def _enable_visualization(cfg: Config, args: Namespace) -> None:
    if not (cfg.get('default_hooks') or {}).get('visualization'):
        raise ConfigError(
            f'--show and --show-dir need visualization=dict(type="PoseVisualizationHook") in '
            f'default_hooks of {args.config}'
        )
    cfg.default_hooks.visualization.update(
        enable=True,
        show=args.show,
        wait_time=args.wait_time,
        out_dir=args.show_dir,
        interval=args.interval,
    )
