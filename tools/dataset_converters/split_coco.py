"""Hold out training images of COCO: ``split_coco.py TRAIN.json REST.json HELD_OUT.json``."""

import json
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmpose_ae.cli.faults import in_one_line
from mmpose_ae.datasets.annotation_parts import read_whole, split_annotations
from mmpose_ae.datasets.ledger import AnnotationError

RELEASED_SPLIT = Path(__file__).with_name('coco_held_out.txt')


def main() -> None:
    """Read an annotation file and write its two parts."""
    parser = ArgumentParser(description="Hold out some of COCO's training images for validation")
    parser.add_argument('train', type=Path, help='person_keypoints_train2017.json')
    parser.add_argument('rest', type=Path, help='the file to write for training')
    parser.add_argument('held_out', type=Path, help='the file to write for validation')
    parser.add_argument(
        '--ids',
        type=Path,
        default=RELEASED_SPLIT,
        help='ids of the images to hold out, separated by spaces or lines; # begins a comment. By '
        'default the 500 of pose-ae-train',
    )
    with in_one_line():
        split(parser.parse_args())


def split(args: Namespace) -> None:
    """Split as options say."""
    parts = split_annotations(read_whole(args.train), read_ids(args.ids))
    for path, part in zip((args.rest, args.held_out), parts):
        path.write_text(json.dumps(part))
        print(f'{path}: {len(part["images"])} images with {len(part["annotations"])} annotations')


def read_ids(path: Path) -> list:
    """Read ids of images from a text file."""
    words = re.sub('#.*', '', path.read_text()).split()
    wrong = [word for word in words if not word.isdecimal()]
    if wrong:
        raise AnnotationError(f'{path}: expected whole numbers, got {wrong[0]!r}')
    return [int(word) for word in words]


if __name__ == '__main__':
    main()
