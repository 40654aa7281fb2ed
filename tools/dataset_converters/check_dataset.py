"""Say what is wrong with a dataset, before anything is trained.

``check_dataset.py coco [--root data/coco]`` looks for the files of a published dataset.
``check_dataset.py --ann people.json --images folder [--metainfo animals.py] [--fix out.json]``
checks any annotation file in COCO's format.
``check_dataset.py --ann one.json --estimate-sigmas other.json`` compares two annotators of the same
people, and says the sigmas of the metric.
"""

import sys
from argparse import ArgumentParser, Namespace
from typing import Optional

from mmpose_ae.cli.faults import in_one_line
from mmpose_ae.datasets.annotation_file import count_keypoints, read_annotation_file
from mmpose_ae.datasets.checking import check_annotation_file, refuse_taken
from mmpose_ae.datasets.layouts import LAYOUTS, find_problems
from mmpose_ae.datasets.sigmas import estimate_sigmas
from mmpose_ae.metainfo import keypoint_names, load_metainfo


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description='Say what is wrong with a dataset, without training')
    parser.add_argument('dataset', nargs='?', choices=sorted(LAYOUTS), help='a published one')
    parser.add_argument('--root', help="the published dataset's folder; data/DATASET by default")
    parser.add_argument('--ann', help="an annotation file of one's own, in COCO's format")
    parser.add_argument('--images', help='folder of its images; without it they are not looked at')
    parser.add_argument('--metainfo', help='its metainfo; without it most annotations say how many')
    parser.add_argument('--fix', metavar='OUT', help='write the repaired annotations, a new file')
    parser.add_argument(
        '--estimate-sigmas', metavar='OTHER', help='the same people, labelled by somebody else'
    )
    args = parser.parse_args()
    if (args.dataset is None) == (args.ann is None):
        parser.error('give the name of a published dataset, or an annotation file as --ann')
    if args.ann is None and (args.images or args.metainfo or args.fix or args.estimate_sigmas):
        parser.error('--images, --metainfo, --fix and --estimate-sigmas belong to --ann')
    if args.ann and args.root:
        parser.error('--root belongs to the name of a published dataset')
    if args.estimate_sigmas and (args.images or args.fix):
        parser.error('--estimate-sigmas takes neither --images nor --fix')
    return args


def main() -> None:
    """Print what is wrong and exit with 1 if anything is."""
    args = parse_args()
    if args.estimate_sigmas:
        do = _print_sigmas
    else:
        do = _check_published if args.ann is None else _check_own
    with in_one_line():
        try:
            done = do(args)
        except (OSError, ValueError) as error:
            print(error)
            done = False
    if not done:
        sys.exit(1)


def _check_published(args: Namespace) -> bool:
    layout = LAYOUTS[args.dataset]
    problems = find_problems(layout, args.root or f'data/{args.dataset}')
    if problems:
        print(*problems, f'Get it from {layout.source}', sep='\n')
        return False
    print(f'{args.dataset} is complete')
    return True


def _check_own(args: Namespace) -> bool:
    if args.fix:
        refuse_taken(args.fix)  # before all images are looked at
    report = check_annotation_file(args.ann, args.images, _keypoint_count(args))
    if report.ledger.summary():
        print(report.ledger.summary())
    if report.ledger.findings:
        print(report.ledger.list_findings())
        if args.fix:
            print(f'{args.fix} is not written: mend these first')
        return False
    print(f'{args.ann} {report.verdict()}')
    if args.fix:
        report.write(args.fix)
        print(f'{args.fix} is written')
    return True


def _keypoint_count(args: Namespace) -> Optional[int]:
    """What the metainfo says; None without one."""
    if not args.metainfo:
        return None
    return load_metainfo(dict(from_file=args.metainfo))['num_keypoints']


def _print_sigmas(args: Namespace) -> bool:
    first = read_annotation_file(args.ann, _keypoint_count(args))
    second = read_annotation_file(args.estimate_sigmas, count_keypoints(first))
    found = estimate_sigmas(first, second)
    names = list(map(str, range(len(found.values))))
    if args.metainfo:
        names = keypoint_names(load_metainfo(dict(from_file=args.metainfo)))
    print(f'{found.people} people are in both files; keypoint: sigma (people who have it twice)')
    for k, (sigma, count) in enumerate(zip(found.values, found.counts)):
        print(f'{names[k]}: {sigma:.4f} ({count})')
    print(f'sigmas=[{", ".join(f"{sigma:.3f}" for sigma in found.values)}]')
    return True


if __name__ == '__main__':
    main()
