"""Draw where kernels read: ``python tools/analysis/draw_sampling.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_sampling


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser(
        "Draw where DEKR's adaptive convolutions read around the centers of people", num_images=4
    )
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_sampling(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
