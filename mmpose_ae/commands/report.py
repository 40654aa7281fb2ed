"""The command ``report``; its options are in ``mmpose_ae_cli``."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Iterator, List, NamedTuple

from mmengine.config import Config

from mmpose_ae.checkpoints import CheckpointError
from mmpose_ae.cli.command_line import read_config, read_settings
from mmpose_ae.cli.terminal import own_lines
from mmpose_ae.report.analysis import Analysis, analyze
from mmpose_ae.report.comparison import Comparison
from mmpose_ae.report.page import build_page
from mmpose_ae.report.predicting import predict, predict_oracles
from mmpose_ae.report.task import Task, read_results, read_task
from mmpose_ae.whole_files import write_whole

RESULTS = ('.json', '.zip')  # endings of files of people; all others are weights


class _Source(NamedTuple):
    """Where people come from: weights with their config, or a file of results."""

    config: str
    path: str
    name: str


@own_lines()
def report(args: Namespace) -> int:
    """Write a page that says what is wrong with a network, or what two differ in.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where there is no page.
    """
    try:
        for line in _write(args):
            print(line, flush=True)
    except (CheckpointError, ImportError, OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    return 0


def _write(args: Namespace) -> Iterator[str]:
    if args.out.exists() and not args.overwrite:
        raise ValueError(f'{args.out} is there already: --overwrite replaces it')
    if args.resamples < 1:
        raise ValueError(f'--resamples must be positive, got {args.resamples}')
    sources = _sources(args)
    configs = [read_config(each.config, read_settings(args.cfg_options)) for each in sources]
    tasks = [read_task(cfg) for cfg in configs]
    if len({task.metric.ann_file for task in tasks}) > 1:
        files = ' and '.join(task.metric.ann_file for task in tasks)
        raise ValueError(f'--compare needs two that are tested on the same images, got {files}')
    analyses = []
    for source, cfg in zip(sources, configs):
        yield f'{source.name}: {source.path}'
        analyses.append(_analyze(args, source, cfg, tasks[0]))
    comparison = Comparison.of(analyses, args.resamples)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(args.out, build_page(tasks[0], comparison).encode())
    yield f'written: {args.out}'


def _sources(args: Namespace) -> List[_Source]:
    """The networks in their order, with names that differ."""
    given = [[args.config, args.source]]
    if args.compare:
        *config, path = args.compare
        if len(config) > 1:
            raise ValueError('--compare takes CHECKPOINT, CONFIG CHECKPOINT, or a file of results')
        given.append([*(config or [args.config]), path])
    names = [Path(path).name.split('.')[0] for _, path in given]
    if len(set(names)) < len(given):
        names = [str(Path(path)) for _, path in given]
    names = args.names or names
    if len(names) != len(given):
        raise ValueError(f'--names must be {len(given)}, one of each network, got {names}')
    return [_Source(*each, name) for each, name in zip(given, names)]


def _analyze(args: Namespace, source: _Source, cfg: Config, task: Task) -> Analysis:
    if source.path.endswith(RESULTS):
        return analyze(task, source.name, read_results(source.path, task))
    predicted = predict(cfg, source.path)
    oracles = predict_oracles(cfg, source.path, task) if args.oracles else {}
    if source.path == args.source:
        write_whole(args.out.with_suffix('.keypoints.json'), json.dumps(predicted.entries).encode())
    return analyze(task, source.name, predicted.entries, predicted.timing, oracles)
