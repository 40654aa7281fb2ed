"""Draw attention: ``python tools/analysis/draw_attention.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_attention


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser(
        'Draw to which keypoints CenterGroup attends from the centers of people', num_images=4
    )
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_attention(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
