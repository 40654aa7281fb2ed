"""Numbers of one network or of two side by side, the cells of tables."""

from typing import Callable, List, NamedTuple, Sequence

import numpy as np

from .analysis import Analysis
from .markup import Markup, bar, number
from .precision import Records, weighted_precision
from .resampling import Interval, draw_images, interval

FEWEST = 10  # images with people, of which draws say how sure a difference is
Number = Callable[[Records, np.ndarray], np.ndarray]  # of records, for each draw of images, (B,)


def average_precision(records: Records, weights: np.ndarray) -> np.ndarray:
    """AP of each draw, (B,)."""
    return weighted_precision(records, weights).mean(1)


class Comparison(NamedTuple):
    """One network, or two that saw the same images.

    Attributes:
        analyses (sequence[Analysis]): Of the networks.
        weights (np.ndarray): How often each image is in each draw, (B, I).
        whole (list[np.ndarray]): AP of each network in each draw, (B,).
    """

    analyses: Sequence[Analysis]
    weights: np.ndarray
    whole: List[np.ndarray]

    @classmethod
    def of(cls, analyses: Sequence[Analysis], resamples: int) -> 'Comparison':
        """Draw images so often, the same ones for both networks."""
        weights = draw_images(len(analyses[0].images), resamples)
        whole = [average_precision(each.records, weights) for each in analyses]
        return cls(analyses, weights, whole)

    @property
    def is_pair(self) -> bool:
        """Whether there are two networks."""
        return len(self.analyses) > 1

    def headings(self, name: str) -> List[str]:
        """Headings of the columns of :meth:`cells`."""
        names = [each.name for each in self.analyses]
        return [*names, 'difference', '95 % of it'] if self.is_pair else [name, '']

    def cells(self, records: Sequence[Records], most: float = 1.0) -> List[str]:
        """AP of each network on some part, then a bar, or the difference and how sure it is."""
        return self.number_cells(records, average_precision, most)

    def number_cells(
        self, records: Sequence[Records], compute: Number, most: float = 1.0
    ) -> List[str]:
        """Cells of another number; a bar is the longest where it reaches ``most``."""
        once = np.ones((1, self.weights.shape[1]), int)
        values = [float(compute(each, once)[0]) for each in records]
        if not self.is_pair:
            return [number(values[0]), bar(values[0], most)]
        samples = [compute(each, self.weights) for each in records]
        return [*map(number, values), *_difference(values, samples, records[0].people)]

    def loss_cells(self, corrected: Sequence[Records], most: float) -> List[str]:
        """What AP each network loses to an error, from their matches without it."""
        values = [fixed.ap - each.records.ap for fixed, each in zip(corrected, self.analyses)]
        if not self.is_pair:
            return [number(values[0]), bar(values[0], most)]
        samples = [
            average_precision(fixed, self.weights) - whole
            for fixed, whole in zip(corrected, self.whole)
        ]
        people = self.analyses[0].records.people
        return [*map(number, values), *_difference(values, samples, people)]


def _difference(
    values: Sequence[float], samples: Sequence[np.ndarray], people: np.ndarray
) -> List[str]:
    """The first less the second, marked where the interval is on one side of 0."""
    apart = difference_interval(samples, people)
    shown = number(values[0] - values[1], signed=True)
    if apart.excludes_zero:
        shown = Markup(f'<b class="sure">{shown}</b>')
    return [shown, show_interval(apart, signed=True)]


def difference_interval(samples: Sequence[np.ndarray], people: np.ndarray) -> Interval:
    """Tell how sure a difference is.

    Args:
        samples (sequence[np.ndarray]): A number of both networks in every draw, (B,) each.
        people (np.ndarray): How many there are to find in each image, (I,).

    Returns:
        Interval: Unknown where too few images have people.
    """
    if (people > 0).sum() < FEWEST:
        return Interval(np.nan, np.nan)
    return interval(samples[0] - samples[1])


def show_interval(of: Interval, signed: bool = False) -> str:
    """Both ends of an interval, or a dash where there is none."""
    if np.isnan(of.low):
        return number(of.low)
    return f'{number(of.low, signed=signed)} to {number(of.high, signed=signed)}'
