"""What all decodings share: a batch is taken apart, and options are written down."""

from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Callable, ClassVar, Dict, List, Mapping, Optional, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses, describe_strategy

from .learned_score import LearnedScore

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """People of the named arrays that a codec or an exported network gives.

    Subclasses are frozen dataclasses of options and decode one image. They are called the same way
    by the codecs, which hand over what the device of the network found, and where there is no
    torch.

    Attributes:
        learned_score (LearnedScore, optional): What ranks people in the end, in place of the score
            that they have until then. None keeps that.
        output_names (tuple): Names of the arrays that are read.
        parts (dict): How those options are read from a dictionary that are dictionaries there.
    """

    learned_score: Optional[LearnedScore] = None

    output_names: ClassVar[Tuple[str, ...]] = ()
    parts: ClassVar[Dict[str, Callable[[Any], Any]]] = {}

    def __call__(self, outputs: Arrays, grid: Grid) -> List[Poses]:
        """Decode a batch.

        Args:
            outputs (mapping): Arrays (B, ...) by name, see ``output_names``; others are not read.
            grid (Grid): Cells of the network's heatmaps on its input.

        Returns:
            list[Poses]: Of each image, in pixels of the input.

        Raises:
            ValueError: If an array is missing.
        """
        missing = [name for name in self.output_names if name not in outputs]
        if missing:
            raise ValueError(
                f'{type(self).__name__} needs {", ".join(self.output_names)}, '
                f'but has no {", ".join(missing)}; given are: {sorted(outputs)}'
            )
        images = zip(*(outputs[name] for name in self.output_names))
        people = [self._decode_image(grid, *arrays) for arrays in images]
        return people if self.learned_score is None else list(map(self.learned_score.rank, people))

    def _decode_image(self, grid: Grid, *arrays: np.ndarray) -> Poses:
        """Decode one image, from its arrays in the order of their names."""
        raise NotImplementedError

    def to_dict(self) -> dict:
        """All options as JSON can hold them, the type first; :func:`read_decoding` reads them.

        A learned score is written whole, and where there is none nothing is said of it.

        Raises:
            ValueError: If candidates are grouped by a strategy that this package does not ship.
        """
        options = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        if self.learned_score is None:
            del options['learned_score']
        return dict(type=type(self).__name__, **options)


def _plain(value: Any) -> Any:
    """An option as JSON can hold it."""
    if isinstance(value, LearnedScore):
        return value.to_text()
    if callable(value):
        return describe_strategy(value)
    return asdict(value) if is_dataclass(value) else value
