"""Draw one image stage by stage: ``python tools/analysis/draw_stages.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import config_parser, read_config
from mmpose_ae.pictures import draw_stages


def main() -> None:
    """Draw as the command line says."""
    parser = config_parser('Draw input, heatmaps, candidates and people of one validation image')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', default='stages.png', help='file of the picture')
    parser.add_argument('--image', type=int, help='id of the image; the one with most people')
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    print(draw_stages(cfg, args.checkpoint, args.out, args.image))


if __name__ == '__main__':
    main()
