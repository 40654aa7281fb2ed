"""Loading images, with errors that tell what is wrong with a file."""

from functools import partial
from typing import Optional

import mmcv
import numpy as np
from mmengine import fileio
from mmengine.dataset import BaseDataset
from mmpose.datasets.transforms import LoadImage as _LoadImage

from mmpose_ae.datasets.image_size import size_mismatch
from mmpose_ae.images import ImageError, decode_image, read_image_array
from mmpose_ae.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadImage(_LoadImage):
    """MMPose's loading; a missing, empty, truncated or foreign file is named as such.

    Images of a dataset must have the size that they were annotated with.

    ``to_float32`` also holds for images in memory, where MMPose forgets it.
    """

    def transform(self, results: dict) -> Optional[dict]:
        """Load ``results['img_path']`` unless ``results['img']`` is there.

        Args:
            results (dict): ``img_path`` or ``img``; from a dataset also ``annotated_size`` (w, h).

        Returns:
            dict | None: With ``img``, (H, W, 3), ``img_shape`` and ``ori_shape`` (h, w), and for
            :func:`whole_image` ``given_image`` of one in memory, else ``image_reading``. None if
            the file cannot be read and ``ignore_empty`` is set.

        Raises:
            FileNotFoundError: If the file is missing.
            ImageError: If it is not a whole image, or of another size than when it was annotated.
            ValueError: If ``img`` is not one in the form of files: see :func:`read_image_array`.
        """
        if 'img' not in results:
            try:
                results['img'] = self._read(results['img_path'])
                results['image_reading'] = self.reading
            except (OSError, ValueError):
                if self.ignore_empty:
                    return None
                raise
        else:
            results['img'] = results['given_image'] = read_image_array(results['img'])
        if self.to_float32:
            results['img'] = results['img'].astype(np.float32)
        results.setdefault('img_path', None)
        results['img_shape'] = results['ori_shape'] = results['img'].shape[:2]
        size = results['img_shape'][::-1]
        mismatch = size_mismatch(results['img_path'], results.get('annotated_size', size), size)
        if mismatch:
            raise ImageError(mismatch)
        return results

    @property
    def reading(self) -> dict:
        """The options that say what is read of a file."""
        names = ('color_type', 'imdecode_backend', 'backend_args')
        return {name: getattr(self, name) for name in names}

    def _read(self, path: str) -> np.ndarray:
        data = fileio.get(path, backend_args=self.backend_args)
        options = dict(flag=self.color_type, backend=self.imdecode_backend)
        image = decode_image(data, path, partial(mmcv.imfrombytes, **options))
        try:
            return read_image_array(image)  # gray ones get three channels, as those in memory do
        except ValueError as error:
            raise ImageError(f'image file {path}, read as {self.color_type!r}: {error}') from error


def whole_image(metainfo: dict, backend_args: Optional[dict] = None) -> np.ndarray:
    """The image of a sample once more, as it was before the pipeline.

    Args:
        metainfo (dict): Of the sample: ``given_image`` if it was in memory, else ``img_path``, and
            ``image_reading`` where the options of :class:`LoadImage` are not the default ones.
        backend_args (dict, optional): Of the storage, in place of those of ``image_reading``.

    Returns:
        np.ndarray: (H, W, 3), BGR.

    Raises:
        FileNotFoundError: If the file is missing.
        ImageError: If it is not a whole image.
    """
    if 'given_image' in metainfo:
        return metainfo['given_image']
    reading = dict(metainfo.get('image_reading', {}))
    if backend_args is not None:
        reading['backend_args'] = backend_args
    return LoadImage(**reading).transform(dict(img_path=metainfo['img_path']))['img']


def reading_of(dataset: BaseDataset) -> dict:
    """How the pipeline of a dataset reads its images: ``image_reading`` of its samples."""
    loads = (each for each in dataset.pipeline.transforms if isinstance(each, LoadImage))
    return next((load.reading for load in loads), {})
