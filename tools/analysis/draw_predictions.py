"""Draw predictions and tags: ``python tools/analysis/draw_predictions.py CONFIG CHECKPOINT``."""

from mmpose_ae.cli.command_line import drawing_parser, read_config
from mmpose_ae.pictures import draw_predictions


def main() -> None:
    """Draw as the command line says."""
    parser = drawing_parser('Draw what a model predicts on its validation images', num_images=8)
    args = parser.parse_args()
    cfg = read_config(args.config, args.cfg_options)
    for path in draw_predictions(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
