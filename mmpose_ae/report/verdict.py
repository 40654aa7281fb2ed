"""What a report says first: where most is lost, and what to do about it."""

from typing import List

import numpy as np

from .analysis import Analysis
from .corrections import ERRORS
from .markup import Markup, bold, number, paragraph

LEAST = 0.0005  # a loss of less is none
OF_SLICES = dict(
    keypoint='the keypoint {}',
    size='people of {} square pixels',
    number='images with {} people',
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
    rest = [f'{ERRORS[kind].name} ({number(lost)})' for kind, lost in others if lost >= LEAST]
    parts = [lead, paragraph(bold('What may help:'), error.advice)]
    if rest:
        parts.append(paragraph('Then come', f'{", ".join(rest)}.'))
    weak = [weakest(analysis, kind) for kind in OF_SLICES]
    if any(weak):
        parts.append(paragraph('AP is lowest for', f'{"; ".join(filter(None, weak))}.'))
    return parts


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
