"""What became of an input of a campaign, and the table of all of them."""

from collections import Counter
from typing import Dict, NamedTuple, Sequence

RIGHT = 'right'
REFUSED = 'refused by name'
WRONG = 'silently wrong'
UNNAMED = 'unnamed error'
CRASH = 'crash'
KINDS = (RIGHT, REFUSED, WRONG, UNNAMED, CRASH)
# Campaigns may have kinds of their own; those that are not among these are faults.
HARMLESS = {RIGHT, REFUSED, 'loaded whole', 'resumed', 'begun anew', 'not killed'}


class Outcome(NamedTuple):
    """What became of one input."""

    kind: str
    detail: str = ''


def count_kinds(outcomes: Sequence[Outcome]) -> Dict[str, int]:
    """How many inputs ended in each way."""
    found = Counter(outcome.kind for outcome in outcomes)
    return {kind: found[kind] for kind in KINDS}


def count_faults(counts: Dict[str, int]) -> int:
    """How many inputs ended in another way than they may."""
    return sum(number for kind, number in counts.items() if kind not in HARMLESS)


def describe(error: BaseException) -> str:
    """Kind and first line of an error."""
    return f'{type(error).__name__}: {str(error).strip()}'.split('\n')[0][:300]


def as_table(rows: Dict[str, Dict[str, int]], seconds: Dict[str, float]) -> str:
    """Format counts as a table of Markdown.

    Args:
        rows (dict): How many inputs of each campaign ended in which way.
        seconds (dict): How long each campaign took.

    Returns:
        str: One row per campaign, and the sum.
    """
    lines = ['| campaign | inputs | faults | what became of them | s |', '|---|---:|---:|---|---:|']
    total = Counter()
    for name, counts in rows.items():
        kinds = ', '.join(f'{kind}: {number:,}' for kind, number in counts.items())
        sums = dict(inputs=sum(counts.values()), faults=count_faults(counts), s=seconds[name])
        total.update(sums)
        lines.append(_line(name, kinds, **sums))
    return '\n'.join([*lines, _line('sum', '', **total)])


def _line(name: str, kinds: str, inputs: int, faults: int, s: float) -> str:
    return f'| {name} | {inputs:,} | {faults:,} | {kinds} | {s:.0f} |'
