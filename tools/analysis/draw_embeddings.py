"""Draw tags of crowds: ``python tools/analysis/draw_embeddings.py CONFIG CHECKPOINT``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmengine.config import Config, DictAction

from mmpose_ae.apis import TrainedModel, draw_embeddings


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(
        description='Draw how far apart networks put the tags of the people of validation images'
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--versus',
        nargs=2,
        action='append',
        default=[],
        metavar=('CONFIG', 'CHECKPOINT'),
        help='another network to draw beside, on the same images; may be given several times',
    )
    parser.add_argument(
        '--names', nargs='+', help='names of the networks (default: how their configs begin)'
    )
    parser.add_argument('--out', default='pictures', help='folder of the pictures')
    parser.add_argument('--num', type=int, default=4, help='images to draw, those of most people')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='override settings of all configs: key=value, key="[a,b]"',
    )
    args = parser.parse_args()
    args.models = [(args.config, args.checkpoint), *args.versus]
    args.names = args.names or [Path(config).stem.split('_')[0] for config, _ in args.models]
    if len(args.names) != len(args.models):
        parser.error(f'{len(args.models)} networks need as many --names, got {args.names}')
    return args


def main() -> None:
    """Draw as the command line says."""
    args = parse_args()
    models = []
    for name, (config, checkpoint) in zip(args.names, args.models):
        cfg = Config.fromfile(config)
        cfg.merge_from_dict(args.cfg_options)
        models.append(TrainedModel(name, cfg, checkpoint))
    for path in draw_embeddings(models, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
