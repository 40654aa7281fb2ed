"""What became of an input of a campaign, and the table of all of them."""

from collections import Counter
from typing import Dict, List, NamedTuple, Sequence

RIGHT = 'right'
REFUSED = 'refused by name'
WRONG = 'silently wrong'
UNNAMED = 'unnamed error'
CRASH = 'crash'
KINDS = (RIGHT, REFUSED, WRONG, UNNAMED, CRASH)


class Outcome(NamedTuple):
    """What became of one input."""

    kind: str
    detail: str = ''


def count_kinds(outcomes: Sequence[Outcome]) -> Dict[str, int]:
    """How many inputs there were, and how many of each kind."""
    found = Counter(outcome.kind for outcome in outcomes)
    return dict(inputs=len(outcomes), **{kind: found[kind] for kind in KINDS})


def describe(error: BaseException) -> str:
    """Kind and first line of an error."""
    return f'{type(error).__name__}: {str(error).strip()}'.split('\n')[0][:300]


def as_table(rows: Dict[str, Dict[str, int]]) -> str:
    """Format counts as a table of Markdown.

    Args:
        rows (dict): Counts of each campaign by its name; a count that it lacks stays empty.

    Returns:
        str: One row per campaign, and the columns in the order in which they first come.
    """
    columns = list(dict.fromkeys(name for counts in rows.values() for name in counts))
    lines: List[Sequence[str]] = [['campaign', *columns], ['---', *['---:' for _ in columns]]]
    for name, counts in rows.items():
        lines.append([name, *[f'{counts[c]:,}' if c in counts else '' for c in columns]])
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)
