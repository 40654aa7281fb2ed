"""The command ``report``; its options are in ``mmpose_ae_cli``."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Generator, Iterator, List, NamedTuple, Optional

from mmengine.config import Config

from mmpose_ae.cli.command_line import read_config, read_settings
from mmpose_ae.cli.terminal import own_lines
from mmpose_ae.report.analysis import Analysis, analyze
from mmpose_ae.report.comparison import Comparison
from mmpose_ae.report.page import build_page
from mmpose_ae.report.predicting import ORACLES, predict, predict_oracle
from mmpose_ae.report.task import Task, read_results, read_task
from mmpose_ae.whole_files import write_whole

from .out_file import refuse_taken
from .telling import tell

RESULTS = ('.json', '.zip')  # endings of files of people; all others are weights


class _Source(NamedTuple):
    """Where people come from: weights with their config, or a file of results."""

    config: str
    path: str
    name: str

    @property
    def is_results(self) -> bool:
        return self.path.endswith(RESULTS)


@own_lines()
def report(args: Namespace) -> int:
    """Write a page that says what is wrong with a network, or what two differ in.

    Args:
        args (Namespace): The options of the command.

    Returns:
        int: Exit status: 1 where there is no page.
    """
    return tell(_write(args))


def _write(args: Namespace) -> Iterator[str]:
    sources = _sources(args)
    _check(args, sources)
    configs = [read_config(each.config, read_settings(args.cfg_options)) for each in sources]
    tasks = [read_task(cfg) for cfg in configs]
    if len({task.metric.ann_file for task in tasks}) > 1:
        files = ' and '.join(task.metric.ann_file for task in tasks)
        raise ValueError(f'--compare needs two that are tested on the same images, got {files}')
    analyses = []
    for source, cfg in zip(sources, configs):
        yield f'{source.name}: {source.path}'
        kept = None if analyses else _results_beside(args.out)
        analyses.append((yield from _analyze(source, cfg, tasks[0], args.oracles, kept)))
    comparison = Comparison.of(analyses, args.resamples)
    write_whole(args.out, build_page(tasks[0], comparison).encode())
    yield f'written: {args.out}'


def _check(args: Namespace, sources: List[_Source]) -> None:
    """Refuse what cannot end well before hours of work."""
    written = [args.out] if sources[0].is_results else [args.out, _results_beside(args.out)]
    for path in written:
        refuse_taken(path, args.overwrite)
    for source in sources:
        if '://' not in str(source.path) and not Path(source.path).is_file():
            raise FileNotFoundError(f'{source.path} is not there')
    if args.resamples < 1:
        raise ValueError(f'--resamples must be positive, got {args.resamples}')


def _results_beside(page: Path) -> Path:
    return page.with_suffix('.keypoints.json')


def _sources(args: Namespace) -> List[_Source]:
    """The networks in their order, with names that differ."""
    given = [[args.config, args.source]]
    if args.compare:
        *config, path = args.compare
        if len(config) > 1:
            raise ValueError('--compare takes CHECKPOINT, CONFIG CHECKPOINT, or a file of results')
        given.append([*(config or [args.config]), path])
    names = args.names or _different_names(given)
    if len(names) != len(given) or len(set(names)) < len(names):
        raise ValueError(
            f'--names must be {len(given)} different ones, one of each network, got {names}'
        )
    return [_Source(*each, name) for each, name in zip(given, names)]


def _different_names(given: List[List[str]]) -> List[str]:
    """Name networks, pairs of config and path, by as little as tells them apart."""
    for name in (
        lambda config, path: Path(path).name.split('.')[0],
        lambda config, path: str(Path(path)),
        lambda config, path: f'{Path(path).name} of {Path(config).stem}',
        lambda config, path: f'{path} of {config}',
    ):
        names = [name(*each) for each in given]
        if len(set(names)) == len(names):
            return names
    config, path = given[0]
    raise ValueError(f'--compare: {path} with {config} is the first network itself')


def _analyze(
    source: _Source, cfg: Config, task: Task, oracles: bool, kept: Optional[Path]
) -> Generator[str, None, Analysis]:
    """Analyze a network and say what is tested; people are kept in a file, if one is given."""
    if source.is_results:
        return analyze(task, source.name, read_results(source.path, task))
    entries, timing = predict(cfg, source.path)
    if kept is not None:
        write_whole(kept, json.dumps(entries).encode())
    known = {}
    for kind, what in ORACLES.items() if oracles else ():
        yield f'{source.name}: again, with {what}'
        known[what] = predict_oracle(cfg, source.path, task, kind)
    return analyze(task, source.name, entries, timing, known)
