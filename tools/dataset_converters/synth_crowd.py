"""Generate SynthCrowd: images or videos of crowds with COCO-format annotations."""

from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from pathlib import Path

import cv2
import numpy as np

import mmpose_ae  # noqa: F401  (makes MMPose importable)
from mmpose_ae.datasets.synth_crowd import Settings, generate, preview


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add('--out', type=Path, default=Path('data/synth_crowd'), help='folder to write to')
    add('--train', type=int, default=3000, help='training images, or videos')
    add('--val', type=int, default=200, help='validation images, or videos')
    add('--frames', type=int, help='make videos of so many frames, with ids of people')
    add('--size', type=int, nargs=2, default=Settings.size, metavar=('W', 'H'))
    add('--seed', type=int, default=0)
    add('--keypoints', choices=['coco', 'crowdpose', 'mpii'], default=Settings.keypoints)
    add('--people', type=int, nargs=2, default=Settings.people, metavar=('MIN', 'MAX'))
    add('--heights', type=float, nargs=2, default=Settings.heights, metavar=('MIN', 'MAX'))
    add(
        '--crowding',
        type=float,
        default=Settings.crowding,
        help='0 spread out, 1 on top; of videos the chance to cross',
    )
    add('--empty', type=float, default=Settings.empty, help='chance of nobody')
    add('--crowd-region', type=float, default=Settings.crowd_region, help='chance of iscrowd')
    add('--unlabelled', type=float, default=Settings.unlabelled, help='chance of one person more')
    add('--posters', type=float, default=Settings.posters, help='chance of a poster of a person')
    add('--loose-limbs', type=int, default=Settings.loose_limbs, help='most limbs of nobody')
    add('--balls', type=int, default=Settings.balls, help='most balls, a second category')
    add('--hidden', type=int, default=0, help='frames of a video with a board in front')
    add('--format', choices=['jpg', 'png'], default='jpg')
    add('--workers', type=int, default=1, help='processes')
    add('--overwrite', action='store_true', help='replace a SynthCrowd of other settings')
    add('--preview', type=Path, help='only write a picture of the first images to this file')
    return parser.parse_args()


def make_settings(args: Namespace) -> Settings:
    """Gather what the images have in common."""
    return Settings(
        size=tuple(args.size),
        keypoints=args.keypoints,
        people=tuple(args.people),
        heights=tuple(args.heights),
        crowding=args.crowding,
        empty=args.empty,
        crowd_region=args.crowd_region,
        unlabelled=args.unlabelled,
        posters=args.posters,
        loose_limbs=args.loose_limbs,
        balls=args.balls,
        hidden=args.hidden,
    )


def write_preview(path: Path, image: np.ndarray) -> None:
    """Write a picture, making its folder."""
    if not cv2.haveImageWriter(str(path)):
        raise ValueError(f'cannot write {path}: give a .png or .jpg file')
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 80]):
        raise OSError(f'could not write {path}')


def main() -> None:
    """Write the data set, or the preview."""
    args = parse_args()
    try:
        settings = make_settings(args)
        if args.preview and (args.frames is not None or args.hidden):
            raise ValueError('--preview shows images, it has no --frames and no --hidden')
        if args.preview:
            write_preview(args.preview, preview(args.seed, settings))
            return
        counts = dict(train=args.train, val=args.val)
        written = generate(
            args.out, counts, settings, args.seed, args.format, args.workers, args.overwrite,
            args.frames,
        )  # fmt: skip
    except (FileExistsError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    print(f'{args.out}: {"written" if written else "was there already, with these settings"}')


if __name__ == '__main__':
    main()
