"""Loading images, with errors that tell what is wrong with a file."""

from typing import Optional

import cv2
import mmcv
import numpy as np
from mmengine import fileio
from mmpose.datasets.transforms import LoadImage as _LoadImage

from mmpose_ae.datasets.image_size import size_mismatch
from mmpose_ae.registry import TRANSFORMS

from .image_array import read_image_array

JPEG_END, JPEG_SCAN = b'\xff\xd9', b'\xff\xda'


@TRANSFORMS.register_module()
class LoadImage(_LoadImage):
    """MMPose's loading; a missing, empty, truncated or foreign file is named as such.

    Images of a dataset must have the size that they were annotated with.

    Some versions of OpenCV fill the lost part of a truncated JPEG with gray, without an error.
    ``to_float32`` also holds for images in memory, where MMPose forgets it.
    """

    def transform(self, results: dict) -> Optional[dict]:
        """Load ``results['img_path']`` unless ``results['img']`` is there.

        Args:
            results (dict): ``img_path`` or ``img``; from a dataset also ``annotated_size`` (w, h).

        Returns:
            dict | None: With ``img``, (H, W, 3), ``img_shape`` and ``ori_shape`` (h, w). None if
            the file cannot be read and ``ignore_empty`` is set.

        Raises:
            FileNotFoundError: If the file is missing.
            ValueError: If it is not a whole image, or of another size than when it was annotated,
                or ``img`` is not one in the form of files: see :func:`read_image_array`.
        """
        if 'img' not in results:
            try:
                results['img'] = self._read(results['img_path'])
            except (OSError, ValueError):
                if self.ignore_empty:
                    return None
                raise
        else:
            results['img'] = read_image_array(results['img'])
        if self.to_float32:
            results['img'] = results['img'].astype(np.float32)
        results.setdefault('img_path', None)
        results['img_shape'] = results['ori_shape'] = results['img'].shape[:2]
        size = results['img_shape'][::-1]
        mismatch = size_mismatch(results['img_path'], results.get('annotated_size', size), size)
        if mismatch:
            raise ValueError(mismatch)
        return results

    def _read(self, path: str) -> np.ndarray:
        data = fileio.get(path, backend_args=self.backend_args)
        return decode_image(data, path, flag=self.color_type, backend=self.imdecode_backend)


def decode_image(data: bytes, name: str, **options: str) -> np.ndarray:
    """Decode what is in an image file.

    Args:
        data (bytes): Its content.
        name (str): What to call it in errors.
        **options: ``flag`` and ``backend`` as of ``mmcv.imfrombytes``.

    Returns:
        np.ndarray: (H, W, 3), BGR, uint8, unless the options say otherwise.

    Raises:
        ValueError: It is not a whole image.
    """
    if not data:
        raise ValueError(f'image file {name} is empty')
    if _is_truncated_jpeg(data):
        raise ValueError(f'image file {name} is truncated')
    try:
        image = mmcv.imfrombytes(data, **options)
    except (cv2.error, OSError) as error:
        raise ValueError(f'image file {name} cannot be decoded: {error}') from error
    if image is None:
        raise ValueError(f'image file {name} is truncated or not an image')
    return image


def _is_truncated_jpeg(data: bytes) -> bool:
    """Tell whether a JPEG lacks the end marker after its last scan (thumbnails have their own)."""
    if not data.startswith(b'\xff\xd8'):
        return False
    end = data.rfind(JPEG_END)
    return end < 0 or data.find(JPEG_SCAN, end) >= 0
