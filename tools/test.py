"""Test a checkpoint: ``python tools/test.py CONFIG CHECKPOINT [options]``."""

from argparse import Namespace

import mmengine
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import Runner

from mmpose_ae.cli.command_line import build_parser, load_config
from mmpose_ae.engine import prepare_cpu_distributed


def parse_args() -> Namespace:
    """Read the command line."""
    parser = build_parser('Test a pose estimator')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', help='save the metrics to this file (.json, .yml or .pkl)')
    parser.add_argument('--dump', help='save the predictions to this file (.pkl or .pickle)')
    args = parser.parse_args()
    if args.dump and not args.dump.endswith(('.pkl', '.pickle')):
        parser.error(f'--dump writes a pickle, expected .pkl or .pickle, got {args.dump}')
    return args


def add_dump(cfg: Config, path: str) -> None:
    """Let the test evaluator save the predictions besides measuring them."""
    evaluators = cfg.test_evaluator
    evaluators = evaluators if isinstance(evaluators, (list, tuple)) else [evaluators]
    cfg.test_evaluator = [*evaluators, dict(type='DumpResults', out_file_path=path)]


def main() -> None:
    """Test as the command line says."""
    args = parse_args()
    cfg = load_config(args)
    cfg.load_from = args.checkpoint
    if args.dump:
        add_dump(cfg, args.dump)
    prepare_cpu_distributed(cfg)
    metrics = Runner.from_cfg(cfg).test()
    if args.out and is_main_process():
        mmengine.dump(metrics, args.out)


if __name__ == '__main__':
    main()
