"""Compare methods on one backbone, the same images and a schedule of one length.

Each row, a method on some data with a seed, is trained and measured for itself and kept in a file:
an interrupted command goes on where it was, finished rows are not run again, and several commands
may fill one folder with different rows, once the images are there. Then the networks of the rows
that were asked for are timed in turn, and a table, a picture and all rows are written. ``--beside``
adds the rows of others, so that a method of one's own need not wait for them. ``--small`` shows in
minutes that all of it runs, ``--gpu`` is for a quarter of an hour on a CUDA device.
"""

import json
import os
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Tuple

import torch
from method_configs import DATA, METHODS, Form, Run
from method_runs import load, measure, time_networks
from method_table import draw_curve, format_table
from mmengine.device import get_device
from mmpose.apis import inference_bottomup
from peer_runs import PEERS, measure_peer

from mmpose_ae.cli.benchmark import name_machine, print_row
from mmpose_ae.datasets.synth_crowd import generate
from mmpose_ae.whole_files import write_whole

FORMS = {
    'full': Form(),
    'small': Form(train=16, val=8, epochs=2, videos=1, frames=4, repeats=2),
    'gpu': Form(train=20000, side=256, epochs=6, batch_size=32, workers=os.cpu_count()),
}
SHARED = ('train', 'side', 'epochs')  # of a form; what rows of one table have in common
LABELS = {name: network.label for name, network in {**METHODS, **PEERS}.items()}


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--methods', nargs='+', choices=list(LABELS), default=list(METHODS), metavar='METHOD',
        help=', '.join(LABELS))  # fmt: skip
    add('--data', nargs='+', choices=list(DATA), default=list(DATA))
    add('--seeds', type=int, nargs='+', default=[0, 1, 2])
    form = parser.add_mutually_exclusive_group()
    as_form = dict(dest='form', action='store_const')
    form.add_argument('--small', **as_form, const='small', help='a handful of images')
    form.add_argument('--gpu', **as_form, const='gpu', help='more and larger images')
    parser.set_defaults(form='full')
    add('--epochs', type=int, metavar='N', help='of each row, 2 or more, in a folder of their own')
    add('--beside', type=Path, nargs='+', default=[], metavar='FILE',
        help='rows.json of other computers, for the same table')  # fmt: skip
    add('--work-dir', type=Path, default=Path('work_dirs/methods'), help='of all runs')
    args = parser.parse_args()
    if args.epochs is not None and args.epochs < 2:  # of which some methods need two steps
        parser.error(f'--epochs is 2 or more, not {args.epochs}')
    return args


def plan(args: Namespace) -> List[Run]:
    """The runs that were asked for, each once; the first seed of everything comes first."""
    form, folder = FORMS[args.form], args.work_dir / args.form
    if args.epochs:
        form = replace(form, epochs=args.epochs)
        folder = args.work_dir / f'{args.form}_{args.epochs}e'
    return [
        Run(method, data, seed, form, folder)
        for seed in dict.fromkeys(args.seeds)
        for data in dict.fromkeys(args.data)
        for method in dict.fromkeys(args.methods)
    ]


def finish(run: Run) -> Dict:
    """Give the row of a run: what its file has, or what is measured and written there now."""
    row = name_row(run)
    if run.row_file.exists():
        return {**row, **json.loads(run.row_file.read_text())}  # older files lack the form
    print(f'\n== {run.work_dir.name}', flush=True)
    generate(run.data_root, dict(train=run.form.train, val=run.form.val), DATA[run.data],
             workers=max(run.form.workers, 1))  # fmt: skip
    row.update(measure_peer(run) if run.method in PEERS else measure(run))
    row['machine'] = name_machine(get_device())
    write_whole(run.row_file, (json.dumps(row, indent=1) + '\n').encode())
    return row


def name_row(run: Run) -> Dict:
    """What a row says before anything is measured: whose it is, and in which form."""
    form = {name: getattr(run.form, name) for name in SHARED}
    return dict(method=run.method, label=LABELS[run.method], data=run.data, seed=run.seed, **form)


def open_run(run: Run) -> Callable:
    """Load what was trained; gives a call from a picture to its people."""
    if run.method in PEERS:
        return PEERS[run.method].runs.FindPeople(run)
    return partial(inference_bottomup, load(run))


def add_times(rows: List[Dict], runs: List[Run]) -> List[Dict]:
    """Add to rows what the networks of each data set take, those of the first seed."""
    timed = {}
    for data in dict.fromkeys(run.data for run in runs):
        first = [run for run in runs if (run.data, run.seed) == (data, runs[0].seed)]
        finders = {run.method: open_run(run) for run in first}
        timed[data] = time_networks(finders, data, runs[0].form.repeats)
    return [dict(row, **timed[row['data']][row['method']]) for row in rows]


def read_others(files: Iterable[Path], rows: List[Dict]) -> List[Dict]:
    """Read rows that are not measured here.

    Args:
        files (iterable[Path]): Each what this command has written.
        rows (list[dict]): Those measured here, one or more, as :func:`name_row` has them.

    Returns:
        list[dict]: The rows of methods, data and seeds that are not among these; the first of each.

    Raises:
        ValueError: If a file has something else, or rows of another form.
    """
    known, others = {name_of(row) for row in rows}, []
    for path in files:
        found = read_rows(path)
        check_form(path, found, rows[0])
        new = [row for row in found if name_of(row) not in known]
        known.update(map(name_of, new))
        others += new
    return others


def read_rows(path: Path) -> List[Dict]:
    """Read what this command has written; ValueError names a file of something else."""
    try:
        rows = json.loads(path.read_text())
        if isinstance(rows, list) and all(map(has_place, rows)):
            return rows
    except (ValueError, KeyError, TypeError):
        pass
    raise ValueError(f'{path} has no rows of tools/benchmark/methods.py: its rows.json is wanted')


def check_form(path: Path, rows: Iterable[Dict], own: Dict) -> None:
    """Refuse rows of another form than the own one; ValueError names the file and what differs."""
    for row in rows:
        told = {name: row.get(name, 'unknown') for name in SHARED}
        differs = [f'{name} {told[name]}, not {own[name]}' for name in SHARED
                   if told[name] != own[name]]  # fmt: skip
        if differs:
            raise ValueError(f'{path} has rows of another form: {"; ".join(differs)}')


def has_place(row: Dict) -> bool:
    """Whether it can be told where a row is in the table and in the picture."""
    return all(name_of(row)[:2]) and row['AP'] >= 0 and row['ms_5'] > 0


def name_of(row: Dict) -> Tuple[str, str, int]:
    """What no two rows of a table have in common."""
    return row['label'], row['data'], row['seed']


def main() -> None:
    """Measure what is not measured yet, and write the table and the picture."""
    args = parse_args()
    torch.set_num_threads(1)
    runs, rows = plan(args), []
    try:
        others = read_others(args.beside, list(map(name_row, runs)))
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    for run in runs:
        rows.append(finish(run))
        print_row(rows[-1])
    rows = add_times(rows, runs) + others
    table, folder = format_table(rows), runs[0].folder
    write_whole(folder / 'rows.json', (json.dumps(rows, indent=1) + '\n').encode())
    write_whole(folder / 'table.md', table.encode())
    draw_curve(rows, folder / 'table.png')
    print(f'\n{table}\n{folder / "table.md"}\n{folder / "table.png"}')


if __name__ == '__main__':
    main()
