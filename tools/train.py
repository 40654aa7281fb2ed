"""Train a model: ``python tools/train.py CONFIG [options]``."""

from argparse import Namespace

from mmengine.config import Config
from mmengine.device import get_device

from mmpose_ae.checkpoints import drop_start_weights, load_resumable, resume_newest
from mmpose_ae.cli.command_line import build_parser, load_config
from mmpose_ae.cli.faults import build_runner, in_one_line, naming_types, telling_progress
from mmpose_ae.config_files import ConfigError, config_part
from mmpose_ae.engine import keep_unscaled_rates, leaving_group, prepare_cpu_distributed
from mmpose_ae.models.pose_estimators import BottomupPoseEstimator
from mmpose_ae.registry import MODELS


def parse_args() -> Namespace:
    """Read the command line."""
    parser = build_parser('Train a pose estimator')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='continue from this checkpoint, or from the newest intact one of the work dir, if any',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision: float16 with loss scaling on a GPU, bfloat16 on a CPU that has it',
    )
    parser.add_argument('--no-validate', action='store_true', help='train without validation')
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate from the base batch size of the config to the actual one, '
        'except what the config names as unscaled',
    )
    return parser.parse_args()


def enable_amp(cfg: Config) -> None:
    """Put the mixed-precision wrapper that fits the device in place of a plain one."""
    wrapper = config_part(cfg, 'optim_wrapper').get('type', 'OptimWrapper')
    on_cpu = get_device() == 'cpu'
    if wrapper == 'OptimWrapper':
        cfg.optim_wrapper.type = 'AutocastOptimWrapper' if on_cpu else 'AmpOptimWrapper'
    elif wrapper == 'AmpOptimWrapper' and on_cpu:  # which is of GPUs
        cfg.optim_wrapper.type = 'AutocastOptimWrapper'
        for name in ('loss_scale', 'dtype'):
            cfg.optim_wrapper.pop(name, None)
    elif wrapper not in ('AmpOptimWrapper', 'AutocastOptimWrapper'):
        raise ConfigError(f"--amp replaces an OptimWrapper, but optim_wrapper.type is '{wrapper}'")


def resume_from(cfg: Config, checkpoint: str) -> None:
    """Continue from a checkpoint, or with 'auto' from the newest intact one of the work dir.

    A run that has none yet begins as its config says, with the weights of ``load_from``: MMEngine
    would begin it without them.
    """
    if checkpoint == 'auto':
        resume_newest(cfg)
    else:
        load_resumable(checkpoint)  # an error says what it lacks
        cfg.resume, cfg.load_from = True, checkpoint
        drop_start_weights(cfg.model)


def takes_whole_files(cfg: Config) -> bool:
    """Whether ``load_from`` must have all weights; MMPose's own networks take less."""
    kind = cfg.model.get('type')
    network = MODELS.get(kind) if isinstance(kind, str) else kind
    return isinstance(network, type) and issubclass(network, BottomupPoseEstimator)


def apply_options(cfg: Config, args: Namespace) -> None:
    """Change the config as the options of training say."""
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        enable_amp(cfg)
    if args.resume or cfg.get('resume'):
        resume_from(cfg, args.resume or cfg.get('load_from') or 'auto')
    if cfg.get('load_from') and takes_whole_files(cfg):
        drop_start_weights(cfg.model)
    if args.auto_scale_lr:
        if 'base_batch_size' not in (cfg.get('auto_scale_lr') or {}):
            raise ConfigError(
                f'--auto-scale-lr needs auto_scale_lr=dict(base_batch_size=...) in {args.config}'
            )
        cfg.auto_scale_lr.enable = True


def main() -> None:
    """Train as the command line says."""
    args = parse_args()
    with leaving_group(), in_one_line():
        train(args)


def train(args: Namespace) -> None:
    """Train as options say."""
    cfg = load_config(args)
    apply_options(cfg, args)
    prepare_cpu_distributed(cfg)
    with naming_types(cfg), telling_progress(cfg):
        loops = ['train_loop', 'val_loop'] if cfg.get('val_dataloader') else ['train_loop']
        runner = build_runner(cfg, *loops)
        keep_unscaled_rates(runner)
        runner.train()


if __name__ == '__main__':
    main()
