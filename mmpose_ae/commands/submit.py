"""The command ``submit``; its options are in ``mmpose_ae_cli``."""

from argparse import Namespace
from pathlib import Path
from typing import Iterator, List

from mmpose_ae.cli.command_line import read_config, read_settings
from mmpose_ae.cli.terminal import own_lines
from mmpose_ae.options import check_between
from mmpose_ae.submission import (
    BOARDS,
    MPII_FILE,
    POSETRACK_FILE,
    check_entries,
    check_file,
    name_file,
    prepare,
    read_entries,
    read_image_ids,
    write_submission,
    write_zip,
)

from .out_file import refuse_filled, refuse_taken
from .telling import tell


@own_lines()
def submit(args: Namespace) -> int:
    """Write the file that a benchmark takes, or check one.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where there is no file, or a wrong one.
    """
    return tell(_check(args) if args.check else _make(args))


def _check(args: Namespace) -> Iterator[str]:
    if args.config or args.results:
        raise ValueError('--check looks at a file; CONFIG, CHECKPOINT and --results make one')
    for line in check_file(args.board, args.check, args.info):
        yield f'{args.check}: {line}'


def _make(args: Namespace) -> Iterator[str]:
    if args.results and (args.config or args.checkpoint or args.cfg_options):
        raise ValueError('either CONFIG and CHECKPOINT, or --results')
    if not args.results and not args.checkpoint:
        raise ValueError('expected CONFIG and CHECKPOINT, or --results, or --check')
    if args.score_thr is not None and (args.results or args.board != 'posetrack'):
        raise ValueError('--score-thr is of networks whose people are tracked, for posetrack')
    make = dict(mpii=_make_mpii, posetrack=_make_posetrack).get(args.board, _make_list)
    yield from make(args)


def _make_list(args: Namespace) -> Iterator[str]:
    board = BOARDS[args.board]
    info, images = args.info or board.info, args.images or board.images
    path = args.out / name_file(board.file_name, args.name)
    target = path.with_suffix('.zip') if board.zipped else path
    refuse_taken(target, args.overwrite)
    _require(Path(info), '--info', 'the listed images')
    image_ids = read_image_ids(info)
    if args.results:
        entries, source = read_entries(args.results), str(args.results)
    else:
        from mmpose_ae.submission.predicting import check_keypoints, predict_entries

        _require(Path(images), '--images', 'the images')
        cfg = _config(args)
        check_keypoints(cfg, board)
        entries, source = predict_entries(cfg, args.checkpoint, info, images), args.config
    prepared = prepare(entries, board.num_keypoints, source)
    yield from prepared.notes
    check_entries(prepared.entries, board.num_keypoints, source, image_ids)
    written = write_submission(path, prepared.entries, board.zipped)
    yield f'written: {written}'
    yield check_file(args.board, written, info)[0]  # the rest has been said


def _make_mpii(args: Namespace) -> Iterator[str]:
    if args.results or args.info or args.images:
        raise ValueError('mpii: CONFIG and CHECKPOINT; its files are where the config says')
    path = args.out / MPII_FILE
    refuse_taken(path, args.overwrite)
    from mmpose_ae.submission.predicting import predict_mpii

    predict_mpii(_config(args), args.checkpoint, path)
    yield from [f'written: {path}', *check_file('mpii', path)]


def _make_posetrack(args: Namespace) -> Iterator[str]:
    if not args.info:
        raise ValueError('posetrack: --info FOLDER must have a .json file for each sequence')
    path = args.out / name_file(POSETRACK_FILE, args.name)
    refuse_taken(path, args.overwrite)
    _require(Path(args.info), '--info', 'the sequences')
    if args.results:
        folder, files = args.results, sorted(args.results.glob('*.json'))
    else:
        folder, files = path.with_suffix(''), _predict_posetrack(args, path.with_suffix(''))
    notes = check_file('posetrack', folder, args.info)
    write_zip(path, {file.name: file.read_bytes() for file in files})
    yield from [f'written: {path}', *notes]


def _predict_posetrack(args: Namespace, folder: Path) -> List[Path]:
    """Write the files of sequences; those that an earlier run has left are removed."""
    from mmpose_ae.submission.predicting import TRACKED_SCORE, predict_posetrack

    if not args.images:
        raise ValueError('posetrack: --images FOLDER must be where names of frames count from')
    _require(Path(args.images), '--images', 'the frames')
    refuse_filled(folder, args.overwrite)
    score = TRACKED_SCORE if args.score_thr is None else args.score_thr
    check_between('--score-thr', score, 0, 1)
    files = predict_posetrack(_config(args), args.checkpoint, args.info, args.images, folder, score)
    for path in set(folder.glob('*.json')) - set(files):
        path.unlink()
    return files


def _config(args: Namespace) -> object:
    return read_config(args.config, read_settings(args.cfg_options))


def _require(path: Path, option: str, what: str) -> None:
    if not path.exists():
        raise FileNotFoundError(f'{path} is not there: {option} says where {what} are')
