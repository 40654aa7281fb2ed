"""A table of methods, in Markdown, and a picture of AP over time."""

from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np
from matplotlib.figure import Figure

COLUMNS = {
    'AP': ('AP', '{:.3f}'),
    'AP_hard': ('AP hard', '{:.3f}'),
    'AP_scored': ('AP, learned score', '{:.3f}'),
    'AR': ('AR', '{:.3f}'),
    'invented': ('invented', '{:.1%}'),
    'missed': ('missed', '{:.1%}'),
    'switches': ('switches', '{:.1f}'),
    'parameters_m': ('parameters, M', '{:.2f}'),
    'ms_5': ('ms, 5 people', '{:.0f}'),
    'ms_20': ('20 people', '{:.0f}'),
    'minutes': ('minutes to train', '{:.1f}'),
}
CONSTANT = ('parameters_m', 'ms_5', 'ms_20')  # of all seeds
OF_MACHINE = ('minutes',)
INCHES, LEGEND = (5, 4), 2.5  # of a panel; beside all
MARGIN = 1.05  # room beside the slowest method
MARKERS = 'osD^v<>PX*hdp8H'


def mean_and_spread(rows: Sequence[Dict], column: str) -> str:
    """Write a cell: the mean over seeds and, of more than one, their standard deviation.

    What is constant, times among it, is that of the first row: others may be timed elsewhere. So
    may they be trained, and minutes are those of the rows from the machine of the first.

    Args:
        rows (sequence[dict]): Of one method on one data set.
        column (str): One of ``COLUMNS``.

    Returns:
        str: A dash where a row has no such number.
    """
    if column in OF_MACHINE:
        rows = [row for row in rows if row.get('machine') == rows[0].get('machine')]
    values, form = [row.get(column) for row in rows], COLUMNS[column][1]
    if any(value is None for value in values):
        return '–'
    if len(values) == 1 or column in CONSTANT:
        return form.format(values[0])
    return f'{form.format(np.mean(values))} ± {form.format(np.std(values))}'


def group_rows(rows: Sequence[Dict], key: str) -> Dict[str, List[Dict]]:
    """Rows by what they have under a key, in the order of the rows."""
    names = dict.fromkeys(row[key] for row in rows)
    return {name: [row for row in rows if row[key] == name] for name in names}


def format_table(rows: Sequence[Dict]) -> str:
    """Write a table of Markdown for each data set, a line for each method.

    Args:
        rows (sequence[dict]): ``label``, ``data``, ``seed``, and what ``COLUMNS`` names.

    Returns:
        str: The tables.
    """
    tables = []
    for data, of_data in group_rows(rows, 'data').items():
        lines = [
            ' | '.join([f'| {data}', 'seeds', *(name for name, _ in COLUMNS.values())]) + ' |',
            '|---' * (2 + len(COLUMNS)) + '|',
        ]
        for label, group in group_rows(of_data, 'label').items():
            seeds = ', '.join(str(row['seed']) for row in group)
            cells = [mean_and_spread(group, column) for column in COLUMNS]
            lines.append(' | '.join([f'| {label}', seeds, *cells]) + ' |')
        tables.append('\n'.join(lines))
    return '\n\n'.join(tables) + '\n'


def draw_curve(rows: Sequence[Dict], path: Path) -> None:
    """Draw AP over the time for 5 people, a panel for each data set; bars are the spread.

    Args:
        rows (sequence[dict]): As :func:`format_table` has them.
        path (Path): Of the picture.
    """
    panels, labels = group_rows(rows, 'data'), list(group_rows(rows, 'label'))
    width, height = INCHES
    figure = Figure((width * len(panels) + LEGEND, height), layout='constrained')
    marks = {}
    for axes, (data, of_data) in zip(
        figure.subplots(1, len(panels), sharex=True, squeeze=False)[0], panels.items()
    ):
        for label, group in group_rows(of_data, 'label').items():
            precisions, number = [row['AP'] for row in group], labels.index(label)
            marks[label] = axes.errorbar(
                group[0]['ms_5'], np.mean(precisions), np.std(precisions), label=label, capsize=3,
                color=f'C{number % 10}', fmt=MARKERS[number % len(MARKERS)],
            )  # fmt: skip
        axes.set(title=data, xlabel='milliseconds, 5 people', ylabel='AP')
        axes.set_xlim(0, MARGIN * max(row['ms_5'] for row in rows))  # of all panels
        axes.grid(alpha=0.3)
    figure.legend([marks[label] for label in labels], labels, loc='outside right center')
    figure.savefig(path, dpi=120)
