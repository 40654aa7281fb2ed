"""How long images took, in words and by the number of people."""

from typing import List

import numpy as np

from .analysis import Analysis
from .comparison import Comparison
from .markup import Markup, Table, paragraph
from .slices import COUNTS


def describe_time(comparison: Comparison) -> List[Markup]:
    """Milliseconds per image of each network that was run."""
    timed = [each for each in comparison.analyses if each.timing and each.timing.seconds]
    if not timed:
        text = 'Not measured: the people are from a file. With a checkpoint it is.'
        return [paragraph(text, kind='note')]
    columns = [_column(each) for each in timed]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    names = [each.name for each in timed] if comparison.is_pair else ['ms']
    devices = ', '.join(sorted({each.timing.device for each in timed}))
    note = f'Milliseconds per image on {devices}, all views and grouping included.'
    if any(each.timing.batch_size > 1 for each in timed):
        note += (
            ' Images of a batch share its time equally; with --cfg-options '
            'test_dataloader.batch_size=1 each has its own.'
        )
    return [Table(['', *names], rows).html(), paragraph(note, kind='note')]


def _column(analysis: Analysis) -> dict:
    timing = analysis.timing
    seconds = np.array([timing.seconds.get(image.image_id, np.nan) for image in analysis.images])
    people = np.array(analysis.people)
    column = {
        'median': np.nanmedian(seconds),
        '95 % of images are below': np.nanquantile(seconds, 0.95),
        'from maps to people, mean': timing.decoding,
        'waiting for images, mean': timing.waiting,
    }
    for name, (least, most) in COUNTS.items():
        chosen = seconds[(people >= least) & (people <= most)]
        if not np.isnan(chosen).all():
            column[f'median with {name}'] = np.nanmedian(chosen)
    return {name: f'{1000 * value:.1f}' for name, value in column.items()}
