"""Say what is missing of a dataset: ``check_dataset.py coco [--root data/coco]``."""

import sys
from argparse import ArgumentParser

from mmpose_ae.datasets.preparation import LAYOUTS, find_problems


def main() -> None:
    """Print the problems and exit with 1 if there are any."""
    parser = ArgumentParser(description='Say which files of a dataset are missing or incomplete')
    parser.add_argument('dataset', choices=sorted(LAYOUTS))
    parser.add_argument('--root', help="the dataset's folder; data/DATASET by default")
    args = parser.parse_args()
    layout = LAYOUTS[args.dataset]
    problems = find_problems(layout, args.root or f'data/{args.dataset}')
    if problems:
        print(*problems, f'Get it from {layout.source}', sep='\n')
        sys.exit(1)
    print(f'{args.dataset} is complete')


if __name__ == '__main__':
    main()
