"""Draw widths of targets: ``python tools/analysis/draw_learned_scales.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_learned_scales


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser('Draw where SWAHR learned wider and narrower targets', num_images=4)
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_learned_scales(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
