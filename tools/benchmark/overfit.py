"""Learn a handful of images by heart and test on them.

A high AP proves augmentation, targets, losses, decoding and coordinates together, by MMPose's own
metric, before days are spent on a whole data set.
"""

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner

import mmpose_ae  # noqa: F401  (registers the components)

CONFIGS = Path(__file__).resolve().parents[2] / 'configs/associative_embedding'
CONFIG = {
    'coco': CONFIGS / 'coco/ae_hourglass-tiny_1xb4-1500i_coco-512x512.py',
    'crowdpose': CONFIGS / 'crowdpose/ae_hourglass-tiny_1xb2-1500i_crowdpose-512x512.py',
}


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('dataset', choices=sorted(CONFIG))
    parser.add_argument('ann_file', type=Path, help='annotations of the images, in the format')
    parser.add_argument('--img-dir', type=Path, help='folder of the images; by default beside')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/overfit'))
    parser.add_argument('--iterations', type=int, help='instead of those of the config')
    parser.add_argument('--target', type=float, default=0.9, help='AP below which it fails')
    args = parser.parse_args()
    if not args.ann_file.is_file():
        parser.error(f'annotation file {args.ann_file} does not exist')
    return args


def load_config(args: Namespace) -> Config:
    """Read the config and put the images in the place of the data set, to train and to test."""
    cfg = Config.fromfile(CONFIG[args.dataset])
    cfg.work_dir, cfg.randomness = str(args.work_dir / args.dataset), dict(seed=0)
    place = dict(
        data_root='',
        ann_file=str(args.ann_file),
        data_prefix=dict(img=str(args.img_dir or args.ann_file.parent)),
    )
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.update(place)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        evaluator.ann_file = str(args.ann_file)
    if args.iterations is not None:
        _set_iterations(cfg, args.iterations)
    return cfg


def _set_iterations(cfg: Config, iterations: int) -> None:
    cosine = cfg.param_scheduler[1]
    if iterations <= cosine.begin:
        raise SystemExit(f'--iterations: at least {cosine.begin + 1}, the warm-up and one more')
    cfg.train_cfg.update(max_iters=iterations, val_interval=iterations)
    cosine.update(end=iterations, T_max=iterations - cosine.begin)


def main() -> None:
    """Train, test, and fail below the target."""
    args = parse_args()
    cfg = load_config(args)
    start = time.perf_counter()
    runner = Runner.from_cfg(cfg)
    runner.train()
    minutes = (time.perf_counter() - start) / 60
    metrics = runner.val_loop.run()
    average_precision = metrics[f'{cfg.val_evaluator.get("prefix", "coco")}/AP']
    print(
        f'{args.dataset}: AP {average_precision:.3f} on the images it was trained on, '
        f'{cfg.train_cfg.max_iters} iterations in {minutes:.1f} minutes'
    )
    if average_precision < args.target:
        raise SystemExit(f'below the target of {args.target}')


if __name__ == '__main__':
    main()
