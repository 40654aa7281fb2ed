"""Packing of images and annotations for the model."""

from typing import Sequence

import numpy as np
from mmpose.datasets.transforms import PackPoseInputs as _PackPoseInputs
from mmpose.datasets.transforms.formatting import image_to_tensor

from mmpose_ae.registry import TRANSFORMS

from .frames import frame_of

# Not 'category_id': it is a list over the instances here, and CocoMetric takes it for one number.
META_KEYS = (
    'id',
    'img_id',
    'img_path',
    'given_image',
    'image_reading',
    'crowd_index',
    'ori_shape',
    'img_shape',
    'input_size',
    'input_center',
    'input_scale',
    'frame',
    'aug_scales',
    'flip',
    'flip_direction',
    'flip_indices',
    'raw_ann_info',
    'dataset_name',
    'skeleton_links',
    'clip',
)


@TRANSFORMS.register_module()
class PackPoseInputs(_PackPoseInputs):
    """MMPose's packing, also of image pyramids and of clips; images with NaN or inf are refused.

    Args:
        meta_keys (sequence): Keys of the results to keep as metainfo, where present.
        pack_transformed (bool): Also pack ``transformed_keypoints``.
    """

    instance_mapping_table = dict(_PackPoseInputs.instance_mapping_table, track_ids='track_ids')

    def __init__(
        self, meta_keys: Sequence[str] = META_KEYS, pack_transformed: bool = False
    ) -> None:
        # MMPose would copy the metainfo deeply: most of its time, for the outlines of people.
        super().__init__(meta_keys=(), pack_transformed=pack_transformed)
        self.kept_keys = meta_keys

    def transform(self, results: dict) -> dict:
        """Pack the results of a pipeline.

        Args:
            results (dict): ``img``, (H, W, 3), or a list of them, of any sizes; what
                :func:`frame_of` takes, if ``frame`` is to be kept.

        Returns:
            dict: ``inputs``, a tensor (3, H, W) or a list of them, and ``data_samples``.

        Raises:
            ValueError: If an image has values that are not finite; names the file.
        """
        if 'ori_shape' in results:
            results = dict(results, frame=frame_of(results))
        pyramid = results['img'] if isinstance(results['img'], list) else None
        for image in pyramid or [results['img']]:
            if image.dtype.kind == 'f' and not np.isfinite(image).all():
                raise ValueError(f'image {results.get("img_path")} has NaN or infinite values')
        if pyramid is None:
            packed = super().transform(results)
        else:
            packed = super().transform(dict(results, img=pyramid[0]))
            packed['inputs'] = [image_to_tensor(image) for image in pyramid]
        for key in self.kept_keys:
            if key in results:
                packed['data_samples'].set_field(results[key], key, field_type='metainfo')
        return packed
