"""The one home of coordinates: how image, network input and the cells of maps lie on each other.

Pixels are indices, as in OpenCV and MMPose's transforms: the center of the first pixel is 0 and a
flip maps x to w - 1 - x. Cell i of a map with stride s covers pixels s * i to s * i + s - 1, so its
center is the pixel s * i + (s - 1) / 2. Flips, warps and bilinear resizing without aligned corners
all keep this rule; a network trained under it stays unbiased in a flip test.

A :class:`Frame` relates an image to the input of a network, a :class:`Grid` the input to the cells
of a map. Both need numpy alone; a grid takes tensors, too.
"""

from typing import Any, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

Size = Tuple[int, int]
Points = Any  # an array or a tensor, (..., 2)


class Grid(NamedTuple):
    """The cells of a map on the network's input.

    Attributes:
        size (tuple): Number of cells (W, H).
        stride (tuple): Input pixels per cell (x, y).
        center_shift (float, optional): Where the center of a cell lies, in cells from its index:
            ``pixel = (cell + center_shift) * stride``. None is the rule of this module,
            ``0.5 - 0.5 / stride``; 0.5 measures from the image's corner instead, as the released
            codes do.
    """

    size: Size
    stride: Tuple[float, float]
    center_shift: Optional[float] = None

    @classmethod
    def over(cls, size: Size, input_size: Size, center_shift: Optional[float] = None) -> 'Grid':
        """Spread cells (W, H) over an input (w, h)."""
        stride = tuple(_ratio(side, count) for side, count in zip(input_size, size))
        return cls(tuple(size), stride, center_shift)

    def over_same(self, size: Size) -> 'Grid':
        """Other cells (W, H) over the same input."""
        pairs = zip(self.stride, self.size, size)
        stride = tuple(step * _ratio(count, other) for step, count, other in pairs)
        return Grid(tuple(size), stride, self.center_shift)

    @property
    def input_size(self) -> Size:
        """Size (w, h) of the input that the cells cover, in pixels."""
        return tuple(round(count * step) for count, step in zip(self.size, self.stride))

    def to_pixels(self, cells: Points) -> Points:
        """Map points (x, y) in cells, (..., 2), to pixels of the input."""
        stride, shift = self._scale(cells)
        return (cells + shift) * stride

    def to_cells(self, pixels: Points) -> Points:
        """Invert :meth:`to_pixels`; the result is not rounded."""
        stride, shift = self._scale(pixels)
        return pixels / stride - shift

    def nearest(self, cells: Points) -> Tuple[Points, Points]:
        """Round points to cells and tell which lie on the map.

        Args:
            cells (np.ndarray | Tensor): Points (x, y) in cells, (..., 2), float; any value, even
                NaN.

        Returns:
            tuple: Cells (x, y), (..., 2), int64, clamped to the map, and whether the rounded point
            lies on it, (...), bool.
        """
        rounded = round_cells(cells)
        if isinstance(cells, np.ndarray):
            clamped = np.clip(rounded, 0, np.subtract(self.size, 1))
            return np.nan_to_num(clamped).astype(np.int64), (clamped == rounded).all(-1)
        clamped = rounded.clamp(min=0).minimum(rounded.new_tensor(self.size) - 1)
        return clamped.nan_to_num().long(), (clamped == rounded).all(-1)

    def flat(self, cells: Points) -> Points:
        """Row-major index ``y * W + x``, (...), of cells (..., 2)."""
        return flat_index(cells, self.size[0])

    def _scale(self, points: Points) -> Tuple[Points, Union[Points, float]]:
        """Stride and center shift, as what can be combined with the points."""
        if isinstance(points, np.ndarray):
            stride = np.asarray(self.stride, dtype=np.float32)
        else:
            like = points if points.is_floating_point() else points.float()
            stride = like.new_tensor(self.stride).float()
        return stride, 0.5 - 0.5 / stride if self.center_shift is None else self.center_shift


def _ratio(count: int, other: int) -> float:
    """One count over another: a number even while exporting, where counts are open."""
    return float(count // other) if count % other == 0 else count / other


def round_cells(cells: Points) -> Points:
    """Round points in cells, (..., 2), of any float type, to the nearest cells, float64.

    Half-up as int(x + 0.5) does, but exact for points left of the first cell too. A coarser type
    could not hold half a cell more than every cell.
    """
    if isinstance(cells, np.ndarray):
        return np.floor(cells.astype(np.float64) + 0.5)
    return (cells.double() + 0.5).floor()


def flat_index(cells: Points, width: int) -> Points:
    """Row-major index ``y * W + x``, (...), of cells (x, y), (..., 2), of a map of width W."""
    return cells[..., 1] * width + cells[..., 0]


def unflatten_index(index: Points, width: int) -> Points:
    """Cells (x, y), (..., 2), of row-major indices (...) in a map of width W."""
    y = index // width
    x = index - y * width  # not %, which exporters cannot do where the width is open
    if isinstance(index, np.ndarray):
        return np.stack([x, y], axis=-1)
    import torch  # not needed where indices are arrays

    return torch.stack([x, y], dim=-1)


def resize_matrix(scale: Union[float, Sequence[float]]) -> np.ndarray:
    """Map (2, 3) of a resize that keeps the image's corners in place.

    Between pixel indices that is ``x -> scale * (x + 0.5) - 0.5``, as bilinear resizing without
    aligned corners does; ``scale`` is one number or (x, y).
    """
    scale = np.broadcast_to(np.asarray(scale, np.float64), 2)
    return np.column_stack([np.diag(scale), (scale - 1) / 2])


def flip_matrix(size: Size, direction: str = 'horizontal') -> np.ndarray:
    """Map (2, 3) of a flip of an image (w, h): horizontal, vertical or diagonal."""
    turned = np.array([direction != 'vertical', direction != 'horizontal'])
    return np.column_stack([np.diag(1.0 - 2 * turned), turned * (np.array(size) - 1.0)])


def compose(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """One affine map (2, 3) for the first and then the second."""
    turn = second[:, :2] @ first[:, :2]
    return np.column_stack([turn, second[:, :2] @ first[:, 2] + second[:, 2]])


class Frame(NamedTuple):
    """How an image lies on the input of a network.

    Attributes:
        matrix (np.ndarray): Affine map (2, 3), float64, from pixels of the image to the input.
        image_size (tuple): Size (w, h) of the image.
        input_size (tuple): Size (w, h) of the input.
    """

    matrix: np.ndarray
    image_size: Size
    input_size: Size

    @classmethod
    def whole(cls, image_size: Size) -> 'Frame':
        """The image as it is."""
        return cls(np.eye(2, 3), tuple(image_size), tuple(image_size))

    @classmethod
    def of_box(
        cls, center: Sequence[float], sides: Sequence[float], input_size: Size, image_size: Size
    ) -> 'Frame':
        """The input shows a box of the image's plane: its center and sides in image pixels.

        It is the inverse of what MMPose's estimators do with ``input_center`` and ``input_scale``.
        """
        ratio = np.divide(input_size, sides, dtype=np.float64)
        offset = (0.5 * np.asarray(sides) - center) * ratio
        matrix = np.column_stack([np.diag(ratio), offset])
        return cls(matrix, tuple(image_size), tuple(input_size))

    def then(self, matrix: np.ndarray, input_size: Size) -> 'Frame':
        """Follow by a map (2, 3) from this input to another one of size (w, h)."""
        return Frame(compose(self.matrix, matrix), self.image_size, tuple(input_size))

    def flipped(self, direction: str = 'horizontal') -> 'Frame':
        """Flip the input."""
        return self.then(flip_matrix(self.input_size, direction), self.input_size)

    def resized(self, size: Size) -> 'Frame':
        """Resize the input to (w, h)."""
        return self.then(resize_matrix(np.divide(size, self.input_size)), size)

    def to_input(self, points: np.ndarray) -> np.ndarray:
        """Map points (x, y), (..., 2), from the image to the input."""
        return points @ self.matrix[:, :2].T + self.matrix[:, 2]

    def to_image(self, points: np.ndarray) -> np.ndarray:
        """Map points (x, y), (..., 2), from the input to the image."""
        return (points - self.matrix[:, 2]) @ np.linalg.inv(self.matrix[:, :2]).T

    @property
    def edges(self) -> np.ndarray:
        """Left, top, right and bottom edge of an upright image on the input, (4,), float64."""
        return self.to_input(np.array([[0, 0], self.image_size]) - 0.5).ravel()

    def shown(self, grid: Grid) -> np.ndarray:
        """Find the cells whose centers come from the image, (H, W), bool; the others are padding.

        Args:
            grid (Grid): Cells of the input, or of a batch that pads it at the right and bottom.
                Where its centers are measured from does not matter.
        """
        columns, rows = (np.arange(count) for count in grid.size)
        cells = np.stack(np.meshgrid(columns, rows), axis=-1)
        on_image = self.to_image(grid._replace(center_shift=None).to_pixels(cells))
        return ((on_image >= -0.5) & (on_image < np.subtract(self.image_size, 0.5))).all(-1)
