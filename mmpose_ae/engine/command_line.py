"""The options that tools/train.py and tools/test.py share, named as in MMPose."""

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmengine.config import Config, DictAction


def build_parser(description: str) -> ArgumentParser:
    """Make a parser of the shared options.

    Args:
        description (str): What the tool does, for its help.

    Returns:
        ArgumentParser: Takes a config and the shared options; tools add their own.
    """
    parser = ArgumentParser(description=description)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--work-dir', help='folder of logs and checkpoints; work_dirs/<config name> by default'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='override settings of the config: key=value, key="[a,b]"',
    )
    parser.add_argument('--show-dir', help='save pictures of predictions to this folder')
    parser.add_argument('--show', action='store_true', help='show predictions in a window')
    parser.add_argument('--interval', type=int, default=1, help='draw every n-th sample')
    parser.add_argument('--wait-time', type=float, default=1, help='seconds per window')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    # torch.distributed.launch, which mim calls, passes the rank as an option.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser


def load_config(args: Namespace) -> Config:
    """Read the config and apply the shared options.

    Args:
        args (Namespace): What the parser of ``build_parser`` returned.

    Returns:
        Config: The config with ``--cfg-options`` first and the other options on top.

    Raises:
        ValueError: If pictures are asked for and the config has no visualization hook.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options)
    cfg.launcher = args.launcher
    default_work_dir = cfg.get('work_dir') or f'work_dirs/{Path(args.config).stem}'
    cfg.work_dir = args.work_dir or default_work_dir
    if args.show or args.show_dir:
        _enable_visualization(cfg, args)
    return cfg


def _enable_visualization(cfg: Config, args: Namespace) -> None:
    if 'visualization' not in cfg.get('default_hooks', {}):
        raise ValueError(
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
