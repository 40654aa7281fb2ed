"""Draw tags of crowds: ``python tools/analysis/draw_embeddings.py CONFIG CHECKPOINT``."""

from argparse import Namespace
from pathlib import Path

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import TrainedModel, draw_embeddings


def parse_args() -> Namespace:
    """Read the command line."""
    parser = drawing_parser(
        'Draw how far apart networks put the tags of the people of validation images, '
        'and in those of most people',
        num_images=4,
    )
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
        cfg = read_config(config, args.cfg_options)
        models.append(TrainedModel(name, cfg, checkpoint))
    for path in draw_embeddings(models, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
