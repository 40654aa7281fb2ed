"""Try what users and broken networks may do to this package, and count what becomes of it.

Inputs are made from a seed. Each is judged in a process of its own, so that crashes and endless
loops count too. Faults are told on standard error with the number of their input. Needs Linux.
"""

import json
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Dict, NamedTuple

import torch
from outcomes import as_table, count_faults


class Campaign(NamedTuple):
    """One kind of inputs.

    Attributes:
        module (str): Where it is.
        function (str): Gives counts from the number of inputs, a seed, and an empty folder.
        count (int): Number of inputs.
    """

    module: str
    function: str
    count: int


CAMPAIGNS: Dict[str, Campaign] = dict(
    annotations=Campaign('annotations', 'mutate_annotations', 10_000),
    checkpoints=Campaign('checkpoint_mutations', 'mutate_checkpoints', 3_000),
    kills=Campaign('kills', 'count_unresumable', 100),
    grouping=Campaign('grouping_fuzz', 'fuzz_groupings', 30_000),
    codecs=Campaign('codec_fuzz', 'fuzz_codecs', 10_000),
    memory=Campaign('decode_memory', 'decode_for_long', 2_000),
)


def parse_args() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add('--seed', type=int, default=0)
    add('--scale', type=float, default=1.0, help='times the number of inputs of each campaign')
    add('--only', nargs='+', choices=CAMPAIGNS, default=list(CAMPAIGNS), metavar='NAME',
        help=f'campaigns, out of {", ".join(CAMPAIGNS)}')  # fmt: skip
    add('--json', type=Path, metavar='FILE', help='write the counts to this file too')
    return parser.parse_args()


def run_campaign(name: str, scale: float, seed: int) -> Dict[str, int]:
    """Run one campaign in a temporary folder.

    Args:
        name (str): A key of ``CAMPAIGNS``.
        scale (float): Times its number of inputs; one at least.
        seed (int): Of the inputs.

    Returns:
        dict: How many inputs ended in which way.
    """
    module, function, count = CAMPAIGNS[name]
    run = getattr(import_module(module), function)
    with TemporaryDirectory() as folder:
        return run(max(round(scale * count), 1), seed, Path(folder))


def main() -> None:
    """Run the campaigns and print a table; exit with 1 if there is a fault."""
    args = parse_args()
    torch.set_num_threads(1)
    rows, seconds = {}, {}
    for name in args.only:
        print(f'{name} ...', file=sys.stderr)
        start = perf_counter()
        rows[name] = run_campaign(name, args.scale, args.seed)
        seconds[name] = perf_counter() - start
    print(as_table(rows, seconds))
    if args.json:
        args.json.write_text(json.dumps(dict(seed=args.seed, scale=args.scale, rows=rows)))
    if any(map(count_faults, rows.values())):
        sys.exit(1)


if __name__ == '__main__':
    main()
