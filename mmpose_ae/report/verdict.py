"""What a report says first: where most is lost, and what to do about it."""

from typing import List

import numpy as np

from .analysis import Analysis
from .comparison import Comparison, difference_interval, show_interval
from .corrections import ERRORS
from .markup import Markup, bold, number, paragraph

LEAST = 0.0005  # a loss of less is none
OF_SLICES = dict(
    keypoint='the keypoint {}',
    size='people of {} square pixels',
    number='images with {}',
    crowding='images with a crowd index of {}',
)
FEWEST = 10  # people of a slice that a verdict names


def verdict(analysis: Analysis) -> List[Markup]:
    """Say what costs most.

    Args:
        analysis (Analysis): Of a network.

    Returns:
        list[Markup]: Paragraphs.
    """
    ap = analysis.records.ap
    if np.isnan(ap):
        return [paragraph('Nobody is annotated, so nothing can be said.', kind='lead')]
    (worst, loss), *others = analysis.losses.items()
    if loss < LEAST:
        return [paragraph(f'Nothing is lost: AP is {number(ap)}.', kind='lead')]
    error = ERRORS[worst]
    lead = paragraph(
        'Most AP is lost to', bold(error.name), f'({number(loss)}): with that put right AP would '
        f'be {number(ap + loss)} instead of {number(ap)}.', kind='lead',
    )  # fmt: skip
    lists = {
        'Then come': [f'{ERRORS[k].name} ({number(lost)})' for k, lost in others if lost >= LEAST],
        'The network itself would have AP': _of_oracles(analysis),
        'AP is lowest for': [weakest(analysis, kind) for kind in OF_SLICES],
    }
    more = [
        paragraph(beginning, f'{", ".join(filter(None, items))}.')
        for beginning, items in lists.items()
        if any(items)
    ]
    return [lead, paragraph(bold('What may help:'), error.advice), *more]


def _of_oracles(analysis: Analysis) -> List[str]:
    known = {name: ap for name, ap in analysis.oracles.items() if not isinstance(ap, str)}
    return [f'{number(ap)} with {name}' for name, ap in known.items()]


def compare(comparison: Comparison) -> List[Markup]:
    """Say which of two networks is better, if that can be said, and by what.

    Args:
        comparison (Comparison): Of two.

    Returns:
        list[Markup]: Paragraphs.
    """
    first, second = comparison.analyses
    ap = [each.records.ap for each in comparison.analyses]
    apart = difference_interval(comparison.whole, first.records.people)
    better = first if apart.low > 0 else second
    sure = f'On such images {better.name} is better:'
    lead = paragraph(
        bold(sure if apart.excludes_zero else 'These images do not tell which is better:'),
        f'AP is {number(ap[0])} of {first.name} and {number(ap[1])} of {second.name}. The '
        f'difference is {number(ap[0] - ap[1], signed=True)}, on other such images '
        f'{show_interval(apart, signed=True)} (95 %).', kind='lead',
    )  # fmt: skip
    differences = {kind: abs(first.losses[kind] - second.losses[kind]) for kind in ERRORS}
    kind = max(differences, key=differences.get)
    if not differences[kind] >= LEAST:
        return [lead]
    lost = [number(each.losses[kind]) for each in comparison.analyses]
    most = f'They differ most in {ERRORS[kind].name}, to which they lose {" and ".join(lost)}.'
    return [lead, paragraph(most)]


def weakest(analysis: Analysis, kind: str) -> str:
    """Name the slice of the lowest AP among those that have some people.

    Args:
        analysis (Analysis): Of a network.
        kind (str): Of the slices.

    Returns:
        str: In words; empty where there are not two to choose from.
    """
    found = {
        name: records.ap
        for name, records in analysis.slices[kind].items()
        if records.people.sum() >= FEWEST
    }
    if len(found) < 2:
        return ''
    name = min(found, key=found.get)
    return f'{OF_SLICES[kind].format(name.replace("_", " "))} ({number(found[name])})'
