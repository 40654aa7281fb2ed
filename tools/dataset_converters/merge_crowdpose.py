"""Merge annotation files: ``merge_crowdpose.py TRAIN.json VAL.json TRAINVAL.json``."""

import json
from argparse import ArgumentParser
from pathlib import Path

from mmpose_ae.datasets.preparation import merge_annotations


def main() -> None:
    """Read two annotation files and write them as one."""
    parser = ArgumentParser(description="Merge CrowdPose's train and val, as HigherHRNet does")
    parser.add_argument('train', type=Path, help='crowdpose_train.json')
    parser.add_argument('val', type=Path, help='crowdpose_val.json')
    parser.add_argument('out', type=Path, help='the file to write')
    args = parser.parse_args()
    merged = merge_annotations([json.loads(p.read_text()) for p in (args.train, args.val)])
    args.out.write_text(json.dumps(merged))
    print(
        f'{args.out}: {len(merged["images"])} images with {len(merged["annotations"])} annotations'
    )


if __name__ == '__main__':
    main()
