"""Images that callers hand over as arrays: what a file would have given, or an error."""

import numpy as np

_EXPECTED = 'expected (H, W, 3), BGR, uint8 in 0..255'


def read_image_array(image: np.ndarray) -> np.ndarray:
    """Bring an image in memory to the form in which files are read.

    Gray images get three channels, and whole numbers in 0..255 of other types become uint8.

    Args:
        image (np.ndarray): (H, W, 3), BGR, or gray, (H, W) or (H, W, 1); in 0..255.

    Returns:
        np.ndarray: (H, W, 3), uint8; float32 where the values are not whole.

    Raises:
        ValueError: If it is not certain what the image shows.
    """
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3) or not array.size:
        raise ValueError(f'an image of shape {np.shape(image)} is given, {_EXPECTED}{_hint(array)}')
    array = _to_levels(array)
    return np.repeat(array, 3, axis=2) if array.shape[2] == 1 else array


def to_eight_bits(image: np.ndarray) -> np.ndarray:
    """Round an image of floats in 0..255, as drawing and files need it; uint8 stays what it is."""
    return image if image.dtype == np.uint8 else image.round().clip(0, 255).astype(np.uint8)


def _hint(array: np.ndarray) -> str:
    four = array.ndim == 3 and array.shape[2] == 4
    return '; image[..., :3] leaves out the alpha channel' if four else ''


def _to_levels(array: np.ndarray) -> np.ndarray:
    """Values in 0..255."""
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16 or array.dtype.kind not in 'iuf':
        raise ValueError(
            f'an image of dtype {array.dtype} is given, {_EXPECTED}; '
            'bring its values to 0..255 and convert it by image.astype(np.uint8)'
        )
    low, high = array.min(), array.max()
    if not np.isfinite([low, high]).all():
        raise ValueError(f'an image with NaN or infinite values is given, {_EXPECTED}')
    if low < 0 or high > 255 or (array.dtype.kind == 'f' and 0 < high <= 1):
        raise ValueError(
            f'an image with values in {low:g}..{high:g}, {array.dtype}, is given, {_EXPECTED}; '
            'of one in 0..1 take (255 * image).round().astype(np.uint8)'
        )
    whole = array.astype(np.uint8)
    return whole if (whole == array).all() else array.astype(np.float32)
