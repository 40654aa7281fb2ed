"""Train the networks of configs by the schedule of the demo, and draw their AP against their time.

All start from random weights and see the same images of SynthCrowd (``make demo`` makes them) in
the same order, with the same losses; they are tested without flip test. Times come from
``tools/benchmark/networks.py --json``, at the same size; a row there that has an AP already, by
``--json`` of this tool or by hand, is drawn as it is. Runs that are finished are only tested again,
an interrupted one goes on.
"""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Dict, Iterator, List

from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from mmengine.config import Config
from mmengine.runner import Runner

from mmpose_ae.checkpoints import resume_newest
from mmpose_ae.cli.benchmark import run

SYNTH_CROWD = Path(__file__).resolve().parents[2] / 'configs/associative_embedding/synth_crowd'
DEMO = SYNTH_CROWD / 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
INCHES = (7, 4)


def put_into_demo(path: Path, work_dir: Path, seed: int) -> Config:
    """Give the demo the network of another config.

    Args:
        path (Path): The config, of Associative Embedding.
        work_dir (Path): Where its checkpoints go.
        seed (int): Of the run.

    Returns:
        Config: The demo's, with that model, but for its pretrained weights, tag loss and decoder.
    """
    cfg, model = Config.fromfile(DEMO), Config.fromfile(path).model
    model.backbone.init_cfg = None
    model.head.tag_loss, model.head.decoder = cfg.model.head.tag_loss, cfg.model.head.decoder
    model.test_cfg.flip_test = False
    cfg.model, cfg.work_dir, cfg.randomness = model, str(work_dir), dict(seed=seed)
    cfg.train_cfg.val_interval = cfg.train_cfg.max_epochs
    cfg.default_hooks.checkpoint.interval = 1
    return cfg


def measure(args: Namespace, times: Dict[str, Dict]) -> Iterator[Dict]:
    """Train and test each network; a row has its AP besides what is known of its time."""
    for path in args.configs:
        cfg = put_into_demo(path, args.work_dir / f'{path.stem}_seed{args.seed}', args.seed)
        resume_newest(cfg)
        runner = Runner.from_cfg(cfg)
        runner.train()
        ap = runner.test()['coco/AP']
        yield dict(times[path.stem], seed=args.seed, AP=round(ap, 3))


def draw(rows: List[Dict], path: Path) -> None:
    """Draw AP over milliseconds, which differ by orders of magnitude, with a name at each point."""
    axes = Figure(INCHES, layout='constrained').subplots()
    for row in rows:
        name, place = row['network'].removeprefix('ae_').split('_')[0], (row['cpu_ms'], row['AP'])
        axes.plot(*place, 'o', color='C0')
        axes.annotate(name, place, (0, 6), textcoords='offset points', ha='center')
    axes.set(xlabel='milliseconds of one thread', ylabel='AP, SynthCrowd val', xscale='log')
    for format_ticks in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        format_ticks(StrMethodFormatter('{x:.0f}'))
    axes.grid(alpha=0.3, which='both')
    axes.margins(0.15)
    axes.figure.savefig(path, dpi=120)


def main() -> None:
    """Measure, write and draw."""
    parser = ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('configs', type=Path, nargs='*', metavar='CONFIG', help='whose networks are trained')
    add('--times', type=Path, required=True, metavar='JSON', help='rows of networks.py')
    add('--seed', type=int, default=0, help='of every run')
    add('--work-dir', type=Path, default=Path('work_dirs/network_curve'), help='of the runs')
    add('--json', type=Path, metavar='FILE', help='write the rows to this file')
    add('--out', type=Path, metavar='PICTURE', help='draw the rows into this file')
    args = parser.parse_args()
    times = {row['network']: row for row in json.loads(args.times.read_text())}
    unknown = [path.stem for path in args.configs if path.stem not in times]
    if unknown:
        parser.error(f'{args.times} has no time of {", ".join(unknown)}')
    rows = run(measure(args, times), args)
    if args.out:
        named = {path.stem for path in args.configs}
        known = [row for name, row in times.items() if 'AP' in row and name not in named]
        draw(known + rows, args.out)


if __name__ == '__main__':
    main()
