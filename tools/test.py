"""Test a checkpoint: ``python tools/test.py CONFIG CHECKPOINT [options]``."""

from argparse import Namespace
from math import isfinite
from pathlib import Path

import mmengine
import numpy as np
import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.dist import is_main_process

from mmpose_ae.checkpoints import note_in_meta
from mmpose_ae.cli.command_line import build_parser, load_config
from mmpose_ae.cli.faults import build_runner, in_one_line, naming_types
from mmpose_ae.config_files import config_part
from mmpose_ae.engine import accelerate, is_fast, leaving_group, prepare_cpu_distributed

THRESHOLD = 'people/score_threshold'
FORMATS = ('.json', '.yml', '.yaml', '.pkl', '.pickle')  # of metrics


def parse_args() -> Namespace:
    """Read the command line."""
    parser = build_parser('Test a pose estimator')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='save the metrics to this file (.json, .yml or .pkl)')
    parser.add_argument('--dump', help='save the predictions to this file (.pkl or .pickle)')
    parser.add_argument(
        '--choose-threshold',
        action='store_true',
        help='write the score from which on a person counts into the checkpoint, for predict: that '
        'of the best F1 at OKS 0.5',
    )
    faster = parser.add_argument_group('speed, see docs/benchmarks.md')
    faster.add_argument('--amp', action='store_true', help='mixed precision, where it is faster')
    faster.add_argument('--compile', action='store_true', help='compile the backbone')
    faster.add_argument(
        '--channels-last', action='store_true', help='another order of numbers in memory'
    )
    args = parser.parse_args()
    if args.dump and not args.dump.endswith(('.pkl', '.pickle')):
        parser.error(f'--dump writes a pickle, expected .pkl or .pickle, got {args.dump}')
    if args.out and not args.out.endswith(FORMATS):
        parser.error(f'--out writes one of {", ".join(FORMATS)}, got {args.out}')
    if args.choose_threshold and not Path(args.checkpoint).is_file():
        parser.error(f'--choose-threshold writes into a file, but {args.checkpoint} is none')
    return args


def add_evaluator(cfg: Config, **evaluator) -> None:
    """Let the test have one evaluator more."""
    evaluators = config_part(cfg, 'test_evaluator')
    evaluators = evaluators if isinstance(evaluators, (list, tuple)) else [evaluators]
    cfg.test_evaluator = [*evaluators, evaluator]


def note_threshold(checkpoint: str, metrics: dict) -> None:
    """Write the chosen score threshold into a checkpoint."""
    if THRESHOLD not in metrics:
        raise SystemExit(f'{checkpoint} stays as it is: no score threshold was chosen, see the log')
    note_in_meta(checkpoint, score_threshold=metrics[THRESHOLD])


def write_metrics(metrics: dict, path: str) -> None:
    """Write metrics as numbers of Python, which any reader knows; JSON has no NaN, but null."""
    numbers = {k: v.item() if isinstance(v, np.generic) else v for k, v in metrics.items()}
    if path.endswith('.json'):
        undefined = {k for k, v in numbers.items() if isinstance(v, float) and not isfinite(v)}
        numbers.update(dict.fromkeys(undefined))
    mmengine.dump(numbers, path)


def main() -> None:
    """Test as the command line says."""
    args = parse_args()
    with leaving_group(), in_one_line():
        test(args)


def test(args: Namespace) -> None:
    """Test as options say."""
    cfg = load_config(args)
    cfg.load_from = args.checkpoint
    if args.dump:
        add_evaluator(cfg, type='DumpResults', out_file_path=args.dump)
    if args.choose_threshold:
        add_evaluator(cfg, type='ScoreThresholdMetric')
    if args.amp:
        # Autocast by MMEngine, which on CPUs is to bfloat16.
        config_part(cfg, 'test_cfg').fp16 = is_fast(get_device(), torch.bfloat16)
    prepare_cpu_distributed(cfg)
    with naming_types(cfg):
        runner = build_runner(cfg, 'test_loop')
        accelerate(runner.model, args.channels_last, args.compile)
        metrics = runner.test()
    if is_main_process():
        if args.out:
            write_metrics(metrics, args.out)
        if args.choose_threshold:
            note_threshold(args.checkpoint, metrics)


if __name__ == '__main__':
    main()
