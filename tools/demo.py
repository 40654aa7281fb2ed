"""Train, test and draw a bottom-up model on generated crowds: ``make demo``.

A second run keeps the data and the finished epochs; an interrupted one continues.
"""

import time
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator

from mmengine.config import Config
from mmengine.runner import Runner

from mmpose_ae.checkpoints import find_intact_checkpoint, list_checkpoints, resume_newest
from mmpose_ae.datasets.synth_crowd import Settings, generate
from mmpose_ae.pictures import draw_predictions

CONFIGS = Path(__file__).resolve().parents[1] / 'configs/associative_embedding/synth_crowd'
CONFIG = CONFIGS / 'ae_hourglass-tiny_1xb8-7e_synth_crowd-192x192.py'
IMAGES, PICTURES = dict(train=3000, val=200), 8
QUICK_IMAGES, QUICK_PICTURES = dict(train=16, val=8), 2


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description='Train, test and draw a model on generated crowds')
    parser.add_argument('--work-dir', type=Path, help='folder of checkpoints, logs and pictures')
    parser.add_argument('--fresh', action='store_true', help='make the data and train again')
    parser.add_argument('--quick', action='store_true', help='a handful of images: does it run?')
    args = parser.parse_args()
    args.work_dir = args.work_dir or Path('work_dirs', 'demo_quick' if args.quick else 'demo')
    return args


def load_config(work_dir: Path, quick: bool) -> Config:
    """Read the demo's config; a quick run has data of its own and one short epoch."""
    cfg = Config.fromfile(CONFIG)
    cfg.work_dir, cfg.randomness = str(work_dir), dict(seed=0)
    if quick:
        cfg.data_root = str(work_dir / 'data')
        for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
            loader.update(num_workers=0, persistent_workers=False)
            loader.dataset.data_root = cfg.data_root
        for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
            evaluator.ann_file = f'{cfg.data_root}/annotations/val.json'
        cfg.train_cfg.update(max_epochs=1, val_interval=1)
    return cfg


@contextmanager
def timed(step: str, seconds: Dict[str, float]) -> Iterator[None]:
    """Announce a step and note how long it takes."""
    print(f'\n== {step}', flush=True)
    start = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - start


def format_table(values: Dict[str, float], digits: int) -> str:
    """Write names and numbers in two aligned columns."""
    width = max(map(len, values))
    return '\n'.join(f'{name:<{width}}  {value:8.{digits}f}' for name, value in values.items())


def main() -> None:
    """Make data, train, test and draw."""
    args = parse_args()
    cfg = load_config(args.work_dir, args.quick)
    images, pictures = (QUICK_IMAGES, QUICK_PICTURES) if args.quick else (IMAGES, PICTURES)
    if args.fresh:
        for path in list_checkpoints(cfg):
            Path(path).unlink()
    seconds = {}
    with timed('data', seconds):
        written = generate(Path(cfg.data_root), images, Settings(), overwrite=args.fresh)
        print(f'{cfg.data_root}: {"written" if written else "was there already"}')
    with timed('training', seconds):
        resume_newest(cfg)
        runner = Runner.from_cfg(cfg)
        runner.train()
    with timed('test', seconds):
        metrics = runner.test()
    with timed('pictures', seconds):
        checkpoint = find_intact_checkpoint(cfg)
        paths = draw_predictions(cfg, checkpoint, args.work_dir / 'pictures', pictures)
    print(*paths, sep='\n')
    accuracy = {name.split('/')[-1]: value for name, value in metrics.items()}
    print(f'\n== accuracy on {images["val"]} images', format_table(accuracy, 3), sep='\n')
    print('\n== seconds', format_table(seconds, 1), sep='\n')


if __name__ == '__main__':
    main()
