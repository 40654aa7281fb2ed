"""Draw heatmaps of people: ``python tools/analysis/draw_person_heatmaps.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_person_heatmaps


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser(
        'Draw the heatmaps that CID makes for one person at a time', num_images=4
    )
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_person_heatmaps(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
