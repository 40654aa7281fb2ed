"""The command ``export``; its options are in ``mmpose_ae_cli``."""

from argparse import Namespace
from typing import Iterator

from mmpose_ae.cli.command_line import read_settings
from mmpose_ae.cli.terminal import own_lines
from mmpose_ae.environment import is_installed
from mmpose_ae.runtime import EXPORTED

from .out_file import check_ending, refuse_taken
from .telling import tell

NEEDED = ('onnx', 'onnxscript', 'onnxruntime')
MEGABYTE = 2**20


@own_lines()
def export(args: Namespace) -> int:
    """Write a file, after it was compared with the network that it is made of.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where there is no file.
    """
    return tell(_write(args))


def _write(args: Namespace) -> Iterator[str]:
    check_ending(args.out, EXPORTED)
    refuse_taken(args.out, args.overwrite)
    _check_packages()
    from mmpose_ae.export.writing import write_file

    yield from write_file(args.config, args.checkpoint, args.out, **_options(args))
    yield f'written: {args.out}, {args.out.stat().st_size / MEGABYTE:.1f} MB'


def _options(args: Namespace) -> dict:
    limits = dict(max_people=args.max_people, max_candidates=args.max_candidates)
    given = {name: value for name, value in limits.items() if value is not None}
    if given and not args.poses:
        names = ', '.join('--' + name.replace('_', '-') for name in given)
        raise ValueError(f'{names}: only with --poses; else the host groups, without such limits')
    calibration = {} if args.calibration is None else dict(calibration=args.calibration)
    if calibration and args.precision != 'int8':
        raise ValueError('--calibration: only with --int8; nothing else is measured on pictures')
    return dict(
        poses=given if args.poses else None,
        flip_test=args.flip,
        cfg_options=read_settings(args.cfg_options),
        precision=args.precision,
        license=args.license,
        **calibration,
    )


def _check_packages() -> None:
    missing = [name for name in NEEDED if not is_installed(name)]
    if missing:
        raise ImportError(f'export needs {", ".join(missing)}: pip install "mmpose_ae[export]"')
