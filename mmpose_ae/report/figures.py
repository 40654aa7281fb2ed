"""The figures of a report, as drawings that a page contains and that take its colors."""

import io
import re
from typing import Dict, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from .analysis import Analysis
from .markup import Markup
from .matching import THRESHOLDS

SIZE = (4.6, 3.0)  # inches
COLORS = ('#2f7fd8', '#e07b26')  # seen on white and on black
INK = '#010203'  # becomes the color of the text around
DENSITY = LinearSegmentedColormap.from_list('density', ['#9cc5f2', COLORS[0], '#123a6b'])
STYLE = {
    'svg.fonttype': 'none',
    'svg.hashsalt': 'report',
    'font.family': 'sans-serif',
    'font.size': 10,
    **{f'{part}.color': INK for part in ('text', 'xtick', 'ytick')},
    **{f'axes.{part}': INK for part in ('edgecolor', 'labelcolor')},
}
BINS = 40


def draw_thresholds(analyses: Sequence[Analysis]) -> Markup:
    """AP at each threshold of OKS."""
    curves = {each.name: (THRESHOLDS, each.records.by_threshold) for each in analyses}
    return _draw_curves(curves, 'threshold of OKS', 'AP', (0, 1))


def draw_sigmas(analyses: Sequence[Analysis]) -> Markup:
    """AP by factors of the sigmas."""
    curves = {each.name: (list(each.sigmas), list(each.sigmas.values())) for each in analyses}
    return _draw_curves(curves, 'all sigmas times', 'AP', (0, 1))


def draw_precision(analysis: Analysis) -> Markup:
    """Precision and recall by the least score of a person."""
    found = analysis.scores
    curves = dict(
        precision=(found.scores, found.precision),
        recall=(found.scores, found.recall),
    )
    least = None if found.best is None else found.best.score
    return _draw_curves(curves, 'least score of a person', 'at OKS 0.5', (0, 1.02), '', least)


def draw_similarity(analysis: Analysis) -> Markup:
    """How many predictions have which score and which similarity to an annotated person."""
    found = analysis.scores
    with matplotlib.rc_context(STYLE):
        figure, axes = _axes('score of a person', 'OKS with the closest person')
        if len(found.scores):
            image = axes.hist2d(
                found.scores, found.similarity, BINS, cmin=1, cmap=DENSITY, rasterized=True
            )[-1]
            bar = figure.colorbar(image, ax=axes, label='predictions')
            bar.outline.set_visible(False)
        axes.set_ylim(0, 1)
        if found.best is not None:
            axes.axvline(found.best.score, color=COLORS[1], linewidth=1.5)
        return _svg(figure, 'Scores of people against their similarity to annotated ones')


def _draw_curves(
    curves: Dict[str, tuple], x: str, y: str, limits: tuple, marker: str = 'o', at: float = None
) -> Markup:
    with matplotlib.rc_context(STYLE):
        figure, axes = _axes(x, y)
        for color, (places, heights) in zip(COLORS, curves.values()):
            axes.plot(places, heights, f'{marker}-', color=color, markersize=4)
        if at is not None:
            axes.axvline(at, color=INK, linewidth=1, linestyle=':')
        axes.set_ylim(*limits)
        if len(curves) > 1:
            _name_lines(axes, list(curves))
        return _svg(figure, f'{y} by {x}')


def _name_lines(axes: Axes, names: Sequence[str]) -> None:
    """Make a legend of names as they are: a ``_`` at the start hides none, ``$`` is no formula."""
    lines = axes.get_lines()[: len(names)]
    legend = axes.legend(lines, range(len(lines)), frameon=False, fontsize=9)
    for text, name in zip(legend.get_texts(), names):
        text.set_parse_math(False)
        text.set_text(name)


def _axes(x: str, y: str) -> tuple:
    figure = Figure(figsize=SIZE, layout='constrained')
    axes: Axes = figure.subplots()
    axes.set_facecolor('none')
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(color=INK, alpha=0.12)
    axes.set_axisbelow(True)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    return figure, axes


def _svg(figure: Figure, title: str) -> Markup:
    """The drawing as a part of a page, as wide as there is room, in the color of its text."""
    buffer = io.StringIO()
    figure.savefig(buffer, format='svg', transparent=True, dpi=150, metadata={'Date': None})
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index('<svg') :].replace(INK, 'currentColor')
    drawn = re.sub(r' (width|height)="[\d.]+pt"', '', drawn, count=2)
    drawn = re.sub(r'<metadata>.*?</metadata>|<!--.*?-->', '', drawn, flags=re.S)
    return Markup(drawn.replace('<svg', f'<svg role="img" aria-label="{title}"', 1))
