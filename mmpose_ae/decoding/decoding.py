"""What all decodings share: a batch is taken apart, and options are written down."""

from dataclasses import asdict, fields, is_dataclass
from typing import Any, Callable, ClassVar, Dict, List, Mapping, Tuple

import numpy as np

from mmpose_ae.frame import Grid
from mmpose_ae.grouping import Poses, describe_strategy

Arrays = Mapping[str, np.ndarray]


class Decoding:
    """People of the named arrays that a codec or an exported network gives.

    Subclasses are frozen dataclasses of options and decode one image. They are called the same way
    by the codecs, which hand over what the device of the network found, and where there is no
    torch.

    Attributes:
        output_names (tuple): Names of the arrays that are read.
        parts (dict): How those options are read from a dictionary that are dictionaries there.
    """

    output_names: ClassVar[Tuple[str, ...]] = ()
    parts: ClassVar[Dict[str, Callable[[dict], Any]]] = {}

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
        return [self._decode_image(grid, *arrays) for arrays in images]

    def _decode_image(self, grid: Grid, *arrays: np.ndarray) -> Poses:
        """Decode one image, from its arrays in the order of their names."""
        raise NotImplementedError

    def to_dict(self) -> dict:
        """All options as JSON can hold them, the type first; :func:`read_decoding` reads them.

        Raises:
            ValueError: If candidates are grouped by a strategy that this package does not ship.
        """
        options = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return dict(type=type(self).__name__, **options)


def _plain(value: Any) -> Any:
    """An option as JSON can hold it."""
    if callable(value):
        return describe_strategy(value)
    return asdict(value) if is_dataclass(value) else value
