"""Merge annotation files: ``merge_crowdpose.py TRAIN.json VAL.json TRAINVAL.json``."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from mmpose_ae.cli.faults import in_one_line
from mmpose_ae.datasets.annotation_parts import merge_annotations, read_whole
from mmpose_ae.datasets.image_size import right_sizes


def main() -> None:
    """Read two annotation files and write them as one."""
    parser = ArgumentParser(description="Merge CrowdPose's train and val, as HigherHRNet does")
    parser.add_argument('train', type=Path, help='crowdpose_train.json')
    parser.add_argument('val', type=Path, help='crowdpose_val.json')
    parser.add_argument('out', type=Path, help='the file to write')
    parser.add_argument(
        '--images', type=Path, help='folder of the images, whose sizes are written into the file'
    )
    with in_one_line():
        merge(parser.parse_args())


def merge(args: Namespace) -> None:
    """Merge as options say."""
    merged = merge_annotations([read_whole(path) for path in (args.train, args.val)])
    if args.images:
        print(f'{right_sizes(merged, args.images)} images were annotated with another size')
    args.out.write_text(json.dumps(merged))
    print(
        f'{args.out}: {len(merged["images"])} images with {len(merged["annotations"])} annotations'
    )


if __name__ == '__main__':
    main()
