"""Draw attention: ``python tools/analysis/draw_attention.py CONFIG CHECKPOINT``."""

from argparse import ArgumentParser, Namespace

from mmengine.config import Config, DictAction

from mmpose_ae.apis import draw_attention


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(
        description='Draw to which keypoints CenterGroup attends from the centers of people'
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--out', default='pictures', help='folder of the pictures')
    parser.add_argument('--num', type=int, default=4, help='number of images')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        default={},
        help='override settings of the config: key=value, key="[a,b]"',
    )
    return parser.parse_args()


def main() -> None:
    """Draw as the command line says."""
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options)
    for path in draw_attention(cfg, args.checkpoint, args.out, args.num):
        print(path)


if __name__ == '__main__':
    main()
