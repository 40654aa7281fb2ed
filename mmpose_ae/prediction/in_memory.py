"""Pictures in memory, of whatever library, as arrays."""

from typing import TYPE_CHECKING, Any, Optional

import numpy as np

if TYPE_CHECKING:
    import PIL.Image


def read_memory(source: Any) -> Optional[np.ndarray]:
    """Read a picture that is in memory.

    Args:
        source: An array (H, W, 3), BGR, or (H, W), gray; a PIL image; a tensor (3, H, W), RGB, in
            0..1 or uint8; or something else.

    Returns:
        np.ndarray: (H, W, 3), BGR, or what the array was; None of something else.

    Raises:
        OSError, ValueError: If it is a tensor or PIL image that cannot be read.
    """
    if isinstance(source, np.ndarray):
        return source
    if hasattr(source, 'detach') and hasattr(source, 'cpu'):
        values = source.detach().cpu()
        return _of_tensor((values.float() if values.is_floating_point() else values).numpy())
    if hasattr(source, 'convert') and hasattr(source, 'getexif'):
        return _of_pillow(source)
    return None


def _of_pillow(image: 'PIL.Image.Image') -> np.ndarray:
    """A picture of Pillow, turned as its camera was held, as a BGR picture."""
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    if turned.mode[0] in 'IF':  # deeper than 8 bits: Pillow would cut values off
        return np.asarray(turned)
    return np.ascontiguousarray(np.asarray(turned.convert('RGB'))[..., ::-1])


def _of_tensor(values: np.ndarray) -> np.ndarray:
    """An RGB tensor (3, H, W), in 0..1 where it is not of whole numbers, as a BGR picture."""
    if values.ndim != 3 or len(values) != 3:
        raise ValueError(f'a tensor of a picture is (3, H, W), RGB, got {values.shape}')
    if values.dtype.kind == 'f':
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError('a tensor of floats is a picture in 0..1')
        values = (255 * values).round().astype(np.uint8)
    return np.ascontiguousarray(values[::-1].transpose(1, 2, 0))
