"""Instances into the sample of their image."""

from mmpose_ae.datasets.transforms import PackPoseInputs
from mmpose_ae.datasets.transforms.pack_pose_inputs import META_KEYS
from mmpose_ae.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackInstanceInputs(PackPoseInputs):
    """Pack images with their instances: ``gt_fields.instance_map``, the rest in the metainfo."""

    field_mapping_table = dict(PackPoseInputs.field_mapping_table, instance_map='instance_map')

    def __init__(self) -> None:
        further = ('read_instances', 'instance_categories', 'sampling_seed')
        super().__init__(meta_keys=(*META_KEYS, *further))
