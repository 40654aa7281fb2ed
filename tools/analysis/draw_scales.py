"""Draw the scales that tags stand for: ``tools/analysis/draw_scales.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_scales


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser(
        'Draw what tags of Coupled Embedding say about the scales of instances: maps, and vectors',
        num_images=4,
    )
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_scales(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
