"""The page: a verdict first, then tables and figures, then what the numbers mean."""

from pathlib import Path
from string import Template
from typing import List

from mmpose_ae.version import __version__

from .comparison import Comparison, average_precision, show_interval
from .markup import Markup, Table, number, paragraph, section, side_by_side, text
from .pictures import draw_worst
from .precision import weighted_precision, weighted_recall
from .resampling import interval
from .sections import describe_errors, describe_keypoints, describe_scores, describe_slices
from .task import Task
from .timing import describe_time
from .verdict import compare, verdict

TEMPLATE = Path(__file__).with_name('page.html')
METRICS = {  # at OKS 0.5, and 5 thresholds later
    'AP': average_precision,
    'AP .5': lambda records, weights: weighted_precision(records, weights)[:, 0],
    'AP .75': lambda records, weights: weighted_precision(records, weights)[:, 5],
    'AR': lambda records, weights: weighted_recall(records, weights).mean(1),
}


def build_page(task: Task, comparison: Comparison) -> str:
    """Put the page together.

    Args:
        task (Task): What was evaluated on.
        comparison (Comparison): One network or two.

    Returns:
        str: HTML that needs no other file.
    """
    first = comparison.analyses[0]
    parts = [
        Markup(f'<section id="verdict">{"".join(_verdict(comparison))}</section>'),
        section('errors', 'What AP is lost to', describe_errors(comparison)),
        section('slices', 'Where AP is low', describe_slices(comparison)),
        section('keypoints', 'By type of keypoint', describe_keypoints(comparison)),
        section('scores', 'Scores, thresholds and sigmas', describe_scores(comparison)),
        section('worst', 'Where most is wrong', _worst(task, comparison)),
        section('time', 'Time', describe_time(comparison)),
    ]
    images, people = len(first.images), int(first.records.people.sum())
    return Template(TEMPLATE.read_text()).substitute(
        title=text(' and '.join(each.name for each in comparison.analyses)),
        about=text(f'{people} people in {images} images of {task.metric.ann_file}'),
        parts=''.join(parts),
        resamples=len(comparison.weights),
        version=__version__,
    )


def _verdict(comparison: Comparison) -> List[Markup]:
    parts = compare(comparison) if comparison.is_pair else []
    for each, whole in zip(comparison.analyses, comparison.whole):
        if comparison.is_pair:
            parts.append(Markup(f'<h2>{text(each.name)}</h2>'))
        parts += verdict(each)
        sure = f'On other such images AP would be from {show_interval(interval(whole))} (95 %).'
        parts.append(paragraph(sure, kind='note'))
    rows = [
        [name, *comparison.number_cells([each.records for each in comparison.analyses], compute)]
        for name, compute in METRICS.items()
    ]
    table = Table(['', *comparison.headings('')], rows).html()
    return [side_by_side([Markup(''.join(parts)), Markup(f'{table}{_metrics(comparison)}')])]


def _metrics(comparison: Comparison) -> Markup:
    """All that the metric says."""
    names = [each.name for each in comparison.analyses]
    rows = [
        [name, *(number(each.metrics[name]) for each in comparison.analyses)]
        for name in comparison.analyses[0].metrics
    ]
    table = Table(['', *(names if comparison.is_pair else [''])], rows).html()
    return Markup(f'<details><summary>All of the metric</summary>{table}</details>')


def _worst(task: Task, comparison: Comparison) -> List[Markup]:
    first = comparison.analyses[0]
    note = 'Missed and wrong people, counted at each threshold of OKS and averaged'
    bests = [each.scores.best for each in comparison.analyses]
    least = ' or '.join(f'{best.score:.3f}' for best in bests if best is not None)
    if least:
        note += f'; people with scores below the best threshold, {least}, do not count'
    if comparison.is_pair:
        note += f'. Images and numbers are those of {first.name}'
    figures = draw_worst(task, comparison.analyses)
    return [
        paragraph(f'{note}.', kind='note'),
        Markup(f'<div class="worst">{"".join(figures)}</div>'),
    ]
