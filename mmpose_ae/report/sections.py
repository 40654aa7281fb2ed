"""The tables and figures of a report, section by section."""

from typing import List, Sequence

import numpy as np

from .analysis import Analysis
from .comparison import Comparison
from .corrections import ERRORS
from .figures import draw_precision, draw_sigmas, draw_similarity, draw_thresholds
from .markup import Markup, Table, number, paragraph, side_by_side, text

SLICES = dict(
    size='By area of people, in square pixels',
    number='By number of people in the image',
    crowding='By crowd index of the image',
)
PARTS = dict(placed='in place', mirrored='left/right', mixed='other person', lost='lost')


def describe_errors(comparison: Comparison) -> List[Markup]:
    """What AP is lost to each kind of error, and with the truth in place of some maps."""
    first = comparison.analyses[0]
    most = max(first.losses.values())
    rows = []
    for kind in first.losses:
        cells = comparison.loss_cells([each.corrected[kind] for each in comparison.analyses], most)
        counts = [str(each.counts.get(kind, '')) for each in comparison.analyses]
        rows.append([ERRORS[kind].name, *cells, *counts, ERRORS[kind].unit])
    headings = ['', *comparison.headings('AP lost'), *_counts(comparison), '']
    note = (
        'AP that would be gained if this kind of error alone were replaced by the truth. Gains do '
        'not add up: of two errors of one person each hides the other.'
    )
    meanings = (f'<p><b>{text(e.name)}.</b> {text(e.what)}</p>' for e in ERRORS.values())
    return [
        Table(headings, rows, words=[len(headings) - 1]).html(),
        paragraph(note, kind='note'),
        Markup(f'<details><summary>What each means</summary>{"".join(meanings)}</details>'),
        *_oracles(comparison),
    ]


def _counts(comparison: Comparison) -> Sequence[str]:
    names = [each.name for each in comparison.analyses]
    return [f'count, {name}' for name in names] if comparison.is_pair else ['count']


def _oracles(comparison: Comparison) -> List[Markup]:
    tested = [each for each in comparison.analyses if each.oracles]
    if not tested:
        return []
    rows = [
        [name, *(cell for each in tested for cell in _oracle_cells(each, name))]
        for name in tested[0].oracles
    ]
    names = [each.name for each in tested] if comparison.is_pair else ['AP']
    reasons = [
        f'{each.name}: {ap}.' for each in tested for ap in each.oracles.values() if type(ap) is str
    ]
    note = (
        'The network itself, run with the truth in place of some of its maps: what is still lost '
        'with true heatmaps is lost by grouping, with true tags by detection.'
    )
    heading = Markup('<h3>With perfect detection, with perfect grouping</h3>')
    table = Table(['', *(h for name in names for h in (name, 'gained'))], rows).html()
    return [heading, table, paragraph(note, *dict.fromkeys(reasons), kind='note')]


def _oracle_cells(analysis: Analysis, name: str) -> List[str]:
    ap = analysis.oracles[name]
    if isinstance(ap, str):  # why there is none
        return [number(np.nan)] * 2
    return [number(ap), number(ap - analysis.records.ap, signed=True)]


def describe_slices(comparison: Comparison) -> List[Markup]:
    """AP of people by size, and of images by people and crowding."""
    tables = [
        Markup(f'<h3>{heading}</h3>{_slice_table(comparison, kind)}')
        for kind, heading in SLICES.items()
    ]
    if comparison.is_pair:
        return tables
    return [side_by_side(tables, 'narrow')]


def _slice_table(comparison: Comparison, kind: str) -> Markup:
    rows = []
    for name, records in comparison.analyses[0].slices[kind].items():
        people = int(records.people.sum())
        if people:
            slices = [each.slices[kind][name] for each in comparison.analyses]
            rows.append([name, *comparison.cells(slices), str(people)])
    return Table(['', *comparison.headings('AP'), 'people'], rows).html()


def describe_keypoints(comparison: Comparison) -> List[Markup]:
    """AP of each type of keypoint, and what becomes of it in people who were found."""
    first = comparison.analyses[0]
    rows = []
    for k, name in enumerate(first.slices['keypoint']):
        slices = [each.slices['keypoint'][name] for each in comparison.analyses]
        parts = [f'{100 * first.keypoints[kind][k]:.1f}' for kind in PARTS]
        rows.append([name.replace('_', ' '), *comparison.cells(slices), *parts])
    note = (
        'AP as if no other type were annotated, no matter whose a keypoint is. Then what becomes '
        'of it in people who were found: in place (similarity from 0.5), at that of the other '
        'side, at or with another person, or at none.'
    )
    if comparison.is_pair:
        note += f' These are of {first.name}.'
    headings = [f'{name}, %' for name in PARTS.values()]
    return [
        Table(['', *comparison.headings('AP'), *headings], rows).html(),
        paragraph(note, kind='note'),
    ]


def describe_scores(comparison: Comparison) -> List[Markup]:
    """Whether scores tell who is right, the best threshold, and AP by how strict OKS is."""
    first = comparison.analyses[0]
    of = f' of {text(first.name)}' if comparison.is_pair else ''
    figures = [
        Markup(f'<h3>Scores{of} against OKS</h3>{draw_similarity(first)}'),
        Markup(f'<h3>Best threshold{of}</h3>{draw_precision(first)}'),
        Markup(f'<h3>By threshold of OKS</h3>{draw_thresholds(comparison.analyses)}'),
        Markup(f'<h3>By sigmas</h3>{draw_sigmas(comparison.analyses)}'),
    ]
    rows = [
        [each.name, *(number(value) for value in each.scores.best)]
        for each in comparison.analyses
        if each.scores.best is not None
    ]
    table = Table(['', 'best threshold', 'precision', 'recall', 'F1'], rows).html()
    note = (
        'The threshold with the best F1 at OKS 0.5; mmpose-ae test --choose-threshold writes it '
        'into a checkpoint. Smaller sigmas are stricter: where AP rises steeply with them, '
        'keypoints are near but not in place.'
    )
    return [table, side_by_side(figures), paragraph(note, kind='note')]
